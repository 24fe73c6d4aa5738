import { describe, expect, it } from 'vitest';
import type { BrokenNames } from '../../src/contracts/surface-check.ts';
import type { AgedBuild, CellFinding, FlowVerdict, HardFinding, Liveness, Place } from '../../src/contracts/verdict.ts';
import type { CellEvidence, FailureKind } from '../../src/gate/evidence/evidence.ts';
import { describeBuild, newestOf, noticesOn } from '../../src/gate/notices.ts';
import { armOf, cellOf, placeOf } from './cell-of.ts';

const tally = (attempts: number, failures: number) => ({ attempts, failures, infra: 0, stale: 0 });

const cell = (build: number, state: Liveness, candidate = tally(4, 0), more: Partial<Place> = {}): CellFinding => ({
  place: placeOf(build, more),
  state,
  baseline: tally(4, 0),
  candidate,
  loss: null,
  pValue: null,
  worse: false,
  suspect: false,
  failures: [],
});

const flowOf = (flow: string, ...cells: CellFinding[]): FlowVerdict => ({
  flow,
  verdict: 'promote',
  rule: 'success-rate',
  because: '',
  pairs: 0,
  look: { reached: null, next: 10 },
  baseline: tally(0, 0),
  candidate: tally(0, 0),
  loss: null,
  marginPoints: 10,
  closed: 0,
  breakage: { ratio: 1, blocksFrom: 167 },
  time: null,
  missing: [],
  restsOn: [],
  cells,
});

const evidence = {
  ...{ baseline: 'old', candidate: 'new', askedAt: '2026-01-10T00:00:00.000Z', newestAttempt: null },
  ...{ hardFindings: [], flows: [], outside: [] },
};
const on = (
  flows: FlowVerdict[],
  more: { newestBuild?: AgedBuild; outside?: CellEvidence[]; hard?: HardFinding[] } = {},
) => {
  const { hard = [], ...rest } = more;
  return noticesOn({ ...evidence, ...rest }, flows, hard);
};
const sentences = (...given: Parameters<typeof on>) => on(...given).map(({ sentence }) => sentence);

describe('a build in words', () => {
  it('has the day on which it was seen first, and its age, where that is known', () => {
    expect(describeBuild({ build: '2.3000.1', date: null, ageDays: null })).toBe('2.3000.1');
    expect(describeBuild({ build: '2.3000.1', date: '2026-08-20', ageDays: 100 })).toBe(
      '2.3000.1 of 2026-08-20, 100 days old',
    );
    expect(describeBuild({ build: '2.3000.1', date: '2026-08-20', ageDays: 1 })).toContain(', 1 day old');
    expect(describeBuild({ build: '2.3000.1', date: '2026-08-20', ageDays: null })).toContain(', 0 days old');
  });
});

describe('the newest build', () => {
  it('has the greatest number, not the last text', () => {
    expect(newestOf(['2.3000.9', '2.3000.10', '2.2412.54'])).toBe('2.3000.10');
    expect(newestOf(['2.3000.10', '2.3000.9'])).toBe('2.3000.10');
  });

  it.each(['live', 'x2.3000.99', '2.3000.99x', '2.3000', '2..99', '2.3000.', 'a.3000.99'])(
    'is not %s, which is no build number',
    (build) => {
      expect(newestOf([build, '2.3000.1'])).toBe('2.3000.1');
      expect(newestOf([build])).toBeUndefined();
    },
  );
});

describe('a newest build on which neither version works', () => {
  const dead = flowOf('qr-to-ready', cell(1, 'live'), cell(2, 'dead'));

  it('is a warning, with its date where that is known', () => {
    expect(on([dead])).toEqual([
      {
        kind: 'newest-build-dead',
        isWarning: true,
        sentence: 'Neither version works on the newest build 2.3000.2.',
        places: [placeOf(2)],
      },
    ]);
    expect(sentences([dead], { newestBuild: { build: '2.3000.2', date: '2026-08-20', ageDays: 100 } })).toEqual([
      'Neither version works on the newest build 2.3000.2 of 2026-08-20, 100 days old.',
    ]);
    expect(sentences([dead], { newestBuild: { build: '2.3000.3', date: '2026-08-20', ageDays: 100 } })).toEqual([
      'Neither version works on the newest build 2.3000.2.',
    ]);
  });

  it('is dead in all of its cells', () => {
    const half = flowOf('f', cell(2, 'dead'), cell(2, 'open', tally(1, 1), { browser: 'old' }));
    expect(on([half]).map(({ kind }) => kind)).toEqual(['dead-cells']);
  });

  it('is one notice for all flows, or names its flows', () => {
    const flows = [flowOf('a', cell(2, 'dead')), flowOf('b', cell(2, 'dead'))];
    expect(on(flows)).toMatchObject([
      {
        sentence: 'Neither version works on the newest build 2.3000.2.',
        places: [{ build: '2.3000.2' }, { build: '2.3000.2' }],
      },
    ]);
    expect(sentences([...flows, flowOf('c', cell(2, 'live'))])).toEqual([
      'a, b: neither version works on the newest build 2.3000.2.',
    ]);
  });
});

describe('cells of a flow', () => {
  it('in which neither version works are named', () => {
    const flow = flowOf('f', cell(1, 'dead'), cell(2, 'dead'), cell(3, 'live'));
    expect(on([flow])).toEqual([
      {
        kind: 'dead-cells',
        isWarning: false,
        sentence: 'Neither version works on 2.3000.1, 2.3000.2.',
        places: [placeOf(1), placeOf(2)],
      },
    ]);
  });

  it('in which only the candidate works are named', () => {
    const flow = flowOf('f', cell(1, 'candidate-only'), cell(3, 'live'));
    expect(on([flow])).toEqual([
      {
        kind: 'candidate-only',
        isWarning: false,
        sentence: 'The candidate works on 1 build on which the baseline does not: 2.3000.1.',
        places: [placeOf(1)],
      },
    ]);
  });

  it('in which only the baseline works are named first, if the candidate was tried', () => {
    const flow = flowOf(
      'f',
      cell(1, 'live', tally(3, 3)),
      cell(2, 'live', tally(3, 2)),
      cell(3, 'live', tally(0, 0)),
      cell(4, 'open', tally(3, 3)),
      cell(5, 'candidate-only'),
      cell(6, 'dead', tally(4, 4)),
      cell(7, 'live'),
    );
    expect(on([flow]).map(({ kind }) => kind)).toEqual(['baseline-only', 'dead-cells', 'candidate-only']);
    expect(on([flow])[0]).toEqual({
      kind: 'baseline-only',
      isWarning: false,
      sentence: 'The baseline works on 1 build on which the candidate did not once: 2.3000.1.',
      places: [placeOf(1)],
    });
  });

  it('are counted as builds, unless several of them are of one build', () => {
    const gained = (build: number, more: Partial<Place> = {}) => cell(build, 'candidate-only', tally(4, 0), more);
    expect(sentences([flowOf('f', gained(1), gained(2), cell(3, 'live'))])[0]).toMatch(
      /^The candidate works on 2 builds on/,
    );
    expect(sentences([flowOf('f', gained(1), gained(1, { condition: 'slow-cpu' }))])[0]).toMatch(
      /^The candidate works on 2 cells on/,
    );
  });

  it('of several flows are one notice where the sentence is the same, and are not mixed where the kind differs', () => {
    const live = cell(9, 'live');
    const flows = [
      flowOf('a', cell(1, 'dead'), live),
      flowOf('b', cell(1, 'dead'), live),
      flowOf('c', cell(1, 'candidate-only'), live),
    ];
    expect(on(flows).map(({ kind, sentence, places }) => [kind, sentence, places.length])).toEqual([
      ['dead-cells', 'a, b: neither version works on 2.3000.1.', 2],
      ['candidate-only', 'c: the candidate works on 1 build on which the baseline does not: 2.3000.1.', 1],
    ]);
  });
});

describe('a finding that both versions show', () => {
  const finding: HardFinding = {
    rule: 'lost-session',
    attempts: 3,
    examples: ['a'],
    place: placeOf(1),
    code: 'session-lost',
    baselineAttempts: 2,
    effect: 'compared',
  };

  it('is a notice, since the rates decide', () => {
    expect(on([], { hard: [finding] })).toEqual([
      {
        kind: 'hard-finding-shared',
        isWarning: false,
        sentence:
          'Both versions break the hard rule lost-session in f on 2.3000.1 (session-lost: baseline 2, candidate 3), so the rates decide.',
        places: [placeOf(1)],
      },
    ]);
  });

  it('is none where the baseline does not show it, or it decides', () => {
    expect(on([], { hard: [{ ...finding, baselineAttempts: 0 }] })).toEqual([]);
    expect(on([], { hard: [{ ...finding, effect: 'blocks' }] })).toEqual([]);
  });
});

describe('failures outside of the plan', () => {
  const kind = (code: string | null, phase: string): [string, FailureKind] => [
    `${code} ${phase}`,
    { code, phase, attempts: 1, example: { id: 'a', startedAt: '2026-01-09T00:00:00.000Z' } },
  ];
  const outside = (
    build: number,
    candidate: [failures: number, attempts: number],
    baseline: [failures: number, attempts: number] = [0, 0],
    kinds = [kind('no-ready', 'ready')],
  ): CellEvidence => {
    const [failures, attempts] = candidate;
    const its = armOf([attempts - failures, attempts], { failureKinds: new Map(kinds) });
    return cellOf(build, [baseline[1] - baseline[0], baseline[1]], its);
  };

  it('name the cell, the codes by name, and what the baseline does there', () => {
    const kinds = [kind('no-ready', 'ready'), kind(null, 'qr'), kind('auth-timeout', 'ready')];
    expect(on([], { outside: [outside(1, [2, 3], [1, 4], kinds)] })).toEqual([
      {
        kind: 'outside-plan',
        isWarning: false,
        sentence:
          'Outside the plan, and in no rate: the candidate failed 2 of 3 attempts of f on 2.3000.1 (auth-timeout, in phase qr, no-ready), the baseline failed 1 of 4.',
        places: [placeOf(1)],
      },
    ]);
    expect(sentences([], { outside: [outside(1, [1, 1])] })[0]).toMatch(
      /failed 1 of 1 attempt of f on 2\.3000\.1 \(no-ready\), the baseline was not tried\.$/,
    );
  });

  it('come by how much more the candidate fails, and the fourth and later are counted', () => {
    const cells = [
      outside(1, [1, 4], [1, 4]),
      outside(2, [4, 4], [2, 4]),
      outside(3, [4, 4]),
      outside(4, [3, 4], [4, 4]),
      outside(5, [3, 4]),
    ];
    const notices = on([], { outside: cells });
    expect(notices.map(({ places }) => places.map(({ build }) => build))).toEqual([
      ['2.3000.3'],
      ['2.3000.5'],
      ['2.3000.2'],
      ['2.3000.1', '2.3000.4'],
    ]);
    expect(notices.at(-1)).toMatchObject({
      kind: 'outside-plan',
      isWarning: false,
      sentence: 'Outside the plan the candidate failed in 2 more cells too.',
    });
    expect(on([], { outside: cells.slice(0, 3) })).toHaveLength(3);
  });
});

it('notices come as newest build, cells, findings, failures outside of the plan', () => {
  const flow = flowOf('f', cell(2, 'dead'), cell(1, 'candidate-only'));
  const hard: HardFinding[] = [
    {
      ...{ rule: 'lost-session', attempts: 1, examples: [], place: placeOf(1), code: null },
      ...{ baselineAttempts: 1, effect: 'compared' },
    },
  ];
  const outside = [cellOf(3, [0, 0], [0, 1])];
  expect(on([flow], { hard, outside }).map(({ kind }) => kind)).toEqual([
    'newest-build-dead',
    'candidate-only',
    'hard-finding-shared',
    'outside-plan',
  ]);
});

describe('a captured build', () => {
  const of = '2.3000.1049833609';
  const carried = (behavioursOf?: string) => ({
    doubt: {
      of: { open: [], failsAnyway: false, ...(behavioursOf && { behavioursOf }) },
      by: { id: 'a', startedAt: '2026-01-09T00:00:00.000Z' },
    },
  });
  const noticed = (...cells: CellEvidence[]) =>
    noticesOn({ ...evidence, flows: [{ flow: 'f', cells }] }, [flowOf('f')], []);

  it('is a warning that names the build whose behaviours it has, once for all captured builds', () => {
    const [captured, known] = [armOf([4, 0], carried(of)), armOf([4, 0], carried())];
    const [one, ...others] = noticed(
      cellOf(1, captured, captured),
      cellOf(2, known, captured),
      cellOf(3, known, known),
    );
    expect(others).toEqual([]);
    expect(one).toEqual({
      kind: 'behaviours-carried-over',
      isWarning: true,
      sentence: `2.3000.1 and 2.3000.2 are captured builds: names are those of the capture, behaviours those of ${of}, the nearest build whose behaviours are known.`,
      places: [placeOf(1), placeOf(2)],
    });
  });

  it('is no warning where nothing was predicted', () => {
    expect(noticed(cellOf(1, armOf([4, 0]), armOf([4, 0])))).toEqual([]);
  });
});

describe('what breaks the candidate behind a switch', () => {
  const doubt = (...switches: BrokenNames[]) => ({
    doubt: { of: { open: [], failsAnyway: false, switches }, by: { id: 'a', startedAt: '2026-01-09T00:00:00.000Z' } },
  });
  const download: BrokenNames = {
    name: 'download-mimetype-check',
    value: 'true',
    default: 'false',
    confidence: 'read',
    sources: ['a/b#1'],
    stops: null,
    missing: [],
    methods: [{ name: 'Message.downloadMedia', certain: true }],
  };
  const noticed = (...cells: CellEvidence[]) =>
    noticesOn({ ...evidence, flows: [{ flow: 'f', cells }] }, [flowOf('f')], []).filter(
      ({ kind }) => kind === 'behind-switch',
    );
  const breaks = armOf([4, 0], doubt(download));
  const holds = armOf([4, 0], doubt());

  it('is one warning for all builds, with what it breaks and how sure that is', () => {
    expect(noticed(cellOf(1, holds, breaks), cellOf(2, holds, breaks))).toEqual([
      {
        kind: 'behind-switch',
        isWarning: true,
        sentence:
          'The candidate depends on a switch on 2.3000.1, 2.3000.2. With download-mimetype-check=true Message.downloadMedia fails (read: a/b#1).',
        places: [placeOf(1), placeOf(2)],
      },
    ]);
  });

  it('is no warning where it breaks the baseline too', () => {
    const [notice, ...others] = noticed(cellOf(1, breaks, breaks));
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ isWarning: false, sentence: expect.stringMatching(/, as with the baseline\.$/) });
  });

  it.each<[string, Partial<BrokenNames>, Partial<BrokenNames>, boolean]>([
    ['the baseline links with neither', { stops: 'ready', methods: [] }, {}, false],
    ['only the candidate does not link', {}, { stops: 'ready' }, true],
    [
      'the candidate loses one method more',
      {},
      { methods: [...download.methods, { name: 'A.b', certain: true }] },
      true,
    ],
    ['it is another value that breaks the baseline', { value: 'maybe' }, {}, true],
  ])('is a warning or not where %s', (_, ofBaseline, ofCandidate, isWarning) => {
    const baseline = armOf([4, 0], doubt({ ...download, ...ofBaseline }));
    const candidate = armOf([4, 0], doubt({ ...download, ...ofCandidate }));
    expect(noticed(cellOf(1, baseline, candidate)).map((notice) => notice.isWarning)).toEqual([isWarning]);
  });

  it('is nothing where it breaks only the baseline, and where nothing was predicted', () => {
    expect(noticed(cellOf(1, breaks, holds))).toEqual([]);
    expect(noticed(cellOf(1, armOf([4, 0]), armOf([4, 0])))).toEqual([]);
  });
});
