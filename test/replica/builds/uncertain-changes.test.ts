import { describe, expect, test } from 'vitest';
import type { Archive, BuildChange } from '../../../src/contracts/build-data.ts';
import { parseBuild } from '../../../src/contracts/build-number.ts';
import { buildTimeline } from '../../../src/replica/builds/build-timeline.ts';
import { resolveSurface, timelineOf } from '../../../src/replica/builds/resolve-surface.ts';
import { uncertainAt } from '../../../src/replica/builds/uncertain-changes.ts';

const behaviours = {
  msgKeyTextField: '_serialized',
  cmdEvents: 'plain',
  logoutNavigation: 'reload',
  searchIcon: 'search',
  sendSeenArgument: 'chat',
  refusesHeadlessUserAgent: false,
} as const;

type Modules = Record<string, { exports: string[]; uses?: true }>;

function archive(revision: number, modules: Modules, complete = true): Archive {
  const entries = Object.entries(modules).map(([name, { exports, uses }]) => [
    name,
    {
      evidence: uses ? ('uses' as const) : ('code' as const),
      tier: 1 as const,
      exports: Object.fromEntries(exports.map((key) => [key, 'function' as const])),
    },
  ]);
  return {
    schemaVersion: 2,
    build: `2.3000.${revision}`,
    date: '2025-01-01',
    complete,
    share: { modules: entries.length, of: 100 },
    source: ['a/b'],
    absent: [],
    unknown: [],
    modules: Object.fromEntries(entries),
  };
}

function timeline(changes: (Partial<BuildChange> & { revision: number })[], archives: Archive[]) {
  return buildTimeline({
    file: 'comet.yaml',
    archives: new Map(archives.map((each) => [`${each.build.split('.')[2]}.json`, each])),
    facts: {
      schemaVersion: 1,
      face: 'comet',
      known: { from: '2.3000.100', to: '2.3000.900' },
      changes: changes.map(({ revision, ...change }) => ({
        since: `2.3000.${revision}`,
        date: '2025-01-01',
        source: ['a/b'],
        confidence: 'read',
        ...change,
      })),
    },
  });
}

const base = { revision: 100, add: { Me: { getMe: 'function' } }, set: behaviours } as const;

/** Names that are uncertain on a build, with the bounds of their change. */
const at = (built: ReturnType<typeof timeline>, revision: number) =>
  uncertainAt(built.uncertain, parseBuild(`2.3000.${revision}`)).map(({ after, since, names }) => [
    after,
    since,
    names,
  ]);

describe('a build of which every covered module was read', () => {
  const steps = [
    base,
    { revision: 200, archive: '200.json' },
    { revision: 300, whole: true, add: { Me: { f: 'function' } } },
    { revision: 400, archive: '400.json' },
  ] as const;
  const archives = [
    archive(200, { Me: { exports: ['getMe'] } }),
    archive(400, { Me: { exports: ['getMe', 'f', 'g'] } }),
  ];

  test('is certain itself, and bounds what it has and what the next archive shows', () => {
    const built = timeline([...steps], archives);
    expect(at(built, 250)).toContainEqual(['2.3000.200', '2.3000.300', ['Me.f']]);
    expect(at(built, 300)).toEqual([]);
    expect(at(built, 350)).toEqual([['2.3000.300', '2.3000.400', ['Me.g']]]);
  });
});

describe('a dated change', () => {
  const changes = timeline(
    [base, { revision: 300, after: '2.3000.200', confidence: 'reported', remove: { Me: ['getMe'] } }],
    [],
  );

  test('with bounds is uncertain between them, and only there', () => {
    expect(at(changes, 200)).toEqual([]);
    expect(at(changes, 201)).toEqual([['2.3000.200', '2.3000.300', ['Me.getMe']]]);
    expect(at(changes, 299)).toHaveLength(1);
    expect(at(changes, 300)).toEqual([]);
  });

  test('leaves the older state between its bounds', () => {
    expect(changes.steps.at(0)?.state.modules.Me?.exports).toHaveProperty('getMe');
    expect(changes.steps.at(1)?.state.modules.Me?.exports).not.toHaveProperty('getMe');
  });

  test('without bounds is exact', () => {
    expect(timeline([base, { revision: 300, remove: { Me: ['getMe'] } }], []).uncertain).toEqual([]);
  });

  test('of which no build is known to be without it is uncertain on all older builds', () => {
    const late = timeline([base, { revision: 300, after: null, remove: { Me: ['getMe'] } }], []);
    expect(at(late, 100)).toEqual([[null, '2.3000.300', ['Me.getMe']]]);
  });
});

describe('what an archive shows for the first time', () => {
  test('lies between it and the archive before', () => {
    const archives = [archive(200, { Me: { exports: ['getMe'] } }), archive(400, { Me: { exports: ['getYou'] } })];
    const built = timeline(
      [base, { revision: 200, archive: '200.json' }, { revision: 400, archive: '400.json' }],
      archives,
    );
    expect(at(built, 200)).toEqual([]);
    expect(at(built, 300)).toEqual([['2.3000.200', '2.3000.400', ['Me.getMe', 'Me.getYou']]]);
  });

  test('lies after the last dated change of the same name, or the last build on which that was seen', () => {
    const archives = [archive(400, { Me: { exports: ['getMe'] } })];
    const removed = { revision: 200, remove: { Me: ['getMe'] }, add: { Me: { getYou: 'function' as const } } };
    const read = { revision: 400, archive: '400.json' };
    const built = (seenUntil?: string) =>
      timeline([base, { ...removed, ...(seenUntil && { seenUntil }) }, read], archives);
    expect(built().uncertain.map(({ after, names }) => [after, names])).toEqual([
      ['2.3000.200', ['Me.getYou', 'Me.getMe']],
    ]);
    expect(built('2.3000.350').uncertain.map(({ after }) => after)).toEqual(['2.3000.350']);
  });

  test('is unknown on older builds when no archive read the module', () => {
    const archives = [
      archive(200, { Me: { exports: ['getMe'], uses: true } }, false),
      archive(400, { Me: { exports: ['getMe', 'getYou'] }, New: { exports: ['run'] } }),
    ];
    const built = timeline(
      [base, { revision: 200, archive: '200.json' }, { revision: 400, archive: '400.json' }],
      archives,
    );
    expect(at(built, 150)).toEqual([[null, '2.3000.400', ['Me.getYou', 'New']]]);
  });
});

describe('the builds of the project', () => {
  test('archived builds have nothing uncertain after the older partial ones', () => {
    for (const build of ['2.3000.1037160418', '2.3000.1038162681', '2.3000.1044822804']) {
      expect(resolveSurface(build).uncertain, build).toEqual([]);
    }
  });

  test('between the archives of 2025-06 and 2026-04 what the later one changes is uncertain', () => {
    const names = resolveSurface('2.3000.1032534684').uncertain.flatMap((change) => change.names);
    expect(names).toEqual(expect.arrayContaining(['cmdEvents', 'WAWebUserPrefsMeUser.getMeUser']));
    expect(names).not.toContain('WAWebCollections.Call');
  });

  test('getMeUser is there again on 1037151346', () => {
    expect(resolveSurface('2.3000.1037151346').modules.WAWebUserPrefsMeUser?.exports).toHaveProperty('getMeUser');
  });

  test('know the nearest archives', () => {
    expect(resolveSurface('2.3000.1029241508').archived).toEqual({
      upTo: '2.3000.1024191873',
      after: '2.3000.1037160418',
    });
    expect(resolveSurface('2.3000.1045818043').archived).toEqual({ upTo: '2.3000.1044822804', after: null });
    expect(resolveSurface('2.2412.54').archived).toEqual({ upTo: null, after: null });
  });

  test('no bound lies outside of the known builds', () => {
    const { uncertain, data } = timelineOf('comet');
    const known = uncertain.flatMap(({ after }) => (after === null ? [] : [after]));
    expect(known.filter((build) => build < data.facts.known.from)).toEqual([]);
  });
});
