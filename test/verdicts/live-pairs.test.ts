import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { type JudgedAttempt, judgedAttempt } from '../../src/contracts/judged-attempt.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { type Verdict, verdictSchema } from '../../src/contracts/verdict.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { LiveJudge, liveFlows } from '../../src/verdicts/live-judge.ts';
import { type LiveAttempt, pairLiveAttempts } from '../../src/verdicts/live-pairs.ts';
import { LivePairQueue } from '../../src/verdicts/run-live-gate.ts';
import { exampleCell, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { asOf, defaultPolicy, attempts as replicaAttempts } from '../gate/evidence-of.ts';

const start = Date.parse('2026-11-22T08:00:00.000Z');
const minuteMs = 60_000;
const [monday, tuesday] = ['2.3000.1044822804', '2.3000.1045220589'] as const;

interface Made {
  library?: string;
  builds?: readonly string[];
  accounts?: readonly string[];
  minute?: number;
  flow?: string;
  more?: Partial<Attempt> | undefined;
  fails?: boolean;
}

function made({ library = 'old', builds = [monday], minute = 0, ...rest }: Made): LiveAttempt {
  const { accounts = ['anna'], flow = 'restore-to-ready', more, fails = false } = rest;
  const live = { accounts: [...accounts], builds: [...builds], switches: {}, intercepts: false };
  const startedAt = new Date(start + minute * minuteMs).toISOString();
  const attempt = (fails ? failedAttempt : passedAttempt)({ startedAt, live, prediction: null, ...more });
  return { cell: exampleCell({ library, flow, build: 'live', target: 'live' }), attempt };
}

const spoiled = { outcome: 'infra', code: 'page-load-failed', blame: 'network', phase: 'page' } as const;

describe('attempts on the live site are paired by devices, time and build', () => {
  test.each<[string, Made[], number, Partial<ReturnType<typeof pairLiveAttempts>['unpaired']>]>([
    ['one after the other', [{}, { library: 'new', minute: 15 }], 1, {}],
    ['the other one first', [{ library: 'new' }, { minute: 15 }], 1, {}],
    [
      'of which the second has no build, since it came to no page',
      [{}, { library: 'new', minute: 15, builds: [] }],
      1,
      {},
    ],
    [
      'between which the build changed',
      [{}, { library: 'new', minute: 15, builds: [tuesday] }],
      0,
      { buildChanged: 1, alone: 1 },
    ],
    [
      'in one of which the build changed',
      [{}, { library: 'new', minute: 15, builds: [monday, tuesday] }],
      0,
      { buildChanged: 1, alone: 1 },
    ],
    ['of other devices', [{}, { library: 'new', minute: 15, accounts: ['ben'] }], 0, { alone: 2 }],
    ['of another flow', [{}, { library: 'new', minute: 15, flow: 'group-life' }], 0, { alone: 2 }],
    ['hours apart', [{}, { library: 'new', minute: 121 }], 0, { alone: 2 }],
    ['of one version', [{}, { minute: 15 }], 0, { alone: 2 }],
    ['of which one was spoiled', [{}, { library: 'new', minute: 15, more: spoiled }], 0, { spoiled: 1, alone: 1 }],
    [
      'of which one was spoiled and made again',
      [{}, { library: 'new', minute: 15, more: spoiled }, { library: 'new', minute: 30 }],
      1,
      { spoiled: 1 },
    ],
  ])('two attempts %s', (_what, attempts, pairs, unpaired) => {
    const found = pairLiveAttempts(attempts.map(made));
    expect([...found.byBuild.values()].flat()).toHaveLength(pairs);
    expect(found.unpaired).toEqual({ buildChanged: 0, spoiled: 0, alone: 0, ...unpaired });
  });

  test('a version that is compared with itself is paired with itself', () => {
    expect(pairLiveAttempts([made({}), made({ minute: 15 })], true).byBuild.get(monday)).toHaveLength(1);
  });

  test('every pair is of both versions, on the same devices and build, and no attempt is in two of them or lost', () => {
    const any = fc.record({
      library: fc.constantFrom('old', 'new'),
      builds: fc.constantFrom([], [monday], [tuesday], [monday, tuesday]),
      accounts: fc.constantFrom(['anna'], ['ben']),
      minute: fc.integer({ min: 0, max: 600 }),
      more: fc.constantFrom<Partial<Attempt>>({}, {}, spoiled),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (given) => {
        const { byBuild, unpaired } = pairLiveAttempts(given.map(made));
        const pairs = [...byBuild.values()].flat();
        for (const [a, b] of pairs) {
          expect(new Set([a.cell.library, b.cell.library]).size).toBe(2);
          expect(a.attempt.live?.accounts).toEqual(b.attempt.live?.accounts);
          expect(new Set([...(a.attempt.live?.builds ?? []), ...(b.attempt.live?.builds ?? [])]).size).toBeLessThan(2);
        }
        const left = Object.values(unpaired).reduce((sum, count) => sum + count, 0);
        expect(2 * pairs.length + left).toBe(given.length);
      }),
    );
  });
});

const selection = { baseline: 'old', candidate: 'new', choice: {}, target: 'live' } as const;
const question = { selection, policy: defaultPolicy, askedAt: '2026-11-22T20:00:00.000Z' };

/** Pairs of which the candidate fails in those with these numbers. */
function pairs(count: number, fails: (n: number) => boolean, ofBaseline = (_: number) => false): LiveAttempt[] {
  return Array.from({ length: count }, (_, n) => [
    made({ minute: 30 * n, fails: ofBaseline(n) }),
    made({ library: 'new', minute: 30 * n + 15, fails: fails(n) }),
  ]).flat();
}

function evidenceOf(attempts: readonly JudgedAttempt[]) {
  const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
  for (const each of attempts) collector.add(each);
  return collector.evidence();
}

const sentences = ({ notices }: Verdict) => notices.map(({ sentence }) => sentence).join('\n');

describe('a verdict on the live site', () => {
  test('blocks plain breakage, and says on how many pairs', () => {
    const verdict = new LiveJudge(
      question,
      pairs(5, () => true),
    ).verdict;
    expect(verdict).toMatchObject({ verdict: 'block', rule: 'fast-path', live: { pairs: 5, builds: [monday] } });
    expect(verdictSchema.parse(verdict)).toEqual(verdict);
  });

  test.each([
    ['a candidate without a failure', 100, () => false],
    ['a candidate that rates would block', 100, (n: number) => n % 2 === 0],
  ])('claims nothing of %s, however many pairs there are', (_what, count, fails) => {
    const many = pairs(count, fails, (n) => fails(n) && n % 4 !== 0);
    const rated = judge(
      evidenceOf(
        many.map(({ cell, attempt }) => ({ ...judgedAttempt(cell, attempt), startedAt: '2026-01-09T00:00:00.000Z' })),
      ),
      defaultPolicy,
    );
    expect(rated.verdict).not.toBe('inconclusive');
    const verdict = new LiveJudge({ ...question, askedAt: '2026-11-24T20:00:00.000Z' }, many).verdict;
    expect(verdict).toMatchObject({ verdict: 'inconclusive', rule: 'live-site' });
    expect(verdict.because[0]).toContain('100 pairs on the live site show no plain breakage, and claim nothing else');
    expect(verdict.flows).toMatchObject([{ verdict: 'inconclusive', rule: 'live-site' }]);
  });

  test('says what as many pairs as the limits allow can find, and how often they are wrong', () => {
    const verdict = new LiveJudge(
      question,
      pairs(3, () => false),
    ).verdict;
    expect(verdict.live).toMatchObject({ claims: 'plain-breakage', odds: { pairsPerDay: 20, promotingTakes: 53 } });
    const { falseBlock, blocks } = verdict.live?.odds ?? { falseBlock: 1, blocks: [] };
    expect(falseBlock).toBeLessThanOrEqual(0.01);
    expect(blocks[0]).toMatchObject({ lossPoints: 98 });
    expect(blocks[0]?.chance).toBeGreaterThan(0.99);
    expect(blocks.map(({ chance }) => chance)).toEqual(blocks.map(({ chance }) => chance).toSorted((a, b) => b - a));
    expect(sentences(verdict)).toContain('The live site claims plain breakage only. 20 pairs, a day of one device,');
  });

  test('the documentation has the same figures', () => {
    const { falseBlock, blocks } = new LiveJudge(question, []).verdict.live?.odds ?? { falseBlock: 1, blocks: [] };
    const page = readFileSync('docs/live.md', 'utf8');
    const shown = (what: string) => new RegExp(`^\\| ${what} \\| (.*) \\|$`, 'm').exec(page)?.[1];
    const words = (chance = 1) => {
      if (chance < 0.001) return 'less than 0.1 %';
      return chance > 0.999 ? 'more than 99.9 %' : `${Math.round(chance * 1000) / 10} %`;
    };
    const rows = ['never works', 'loses 50 points', 'loses 20 points', 'loses 10 points', 'is as good as the baseline'];
    expect(rows.map(shown)).toEqual([...blocks.map(({ chance }) => chance), falseBlock].map(words));
  });

  type OfBuild = { build?: string; passed: number; failed?: number };

  /** Pairs of one build after the other, in each of which the candidate fails in the last ones. */
  const inTurn = (builds: readonly OfBuild[]) =>
    builds
      .flatMap(({ build, passed, failed = 0 }) =>
        Array.from({ length: passed + failed }, (_, n) => ({ builds: build ? [build] : [], fails: n >= passed })),
      )
      .flatMap(({ builds, fails }, n) => [
        made({ builds, minute: 30 * n }),
        made({ library: 'new', builds, minute: 30 * n + 15, fails }),
      ]);
  const wednesday = '2.3000.1045500000';

  test.each<[string, OfBuild[], string, number, string[]]>([
    [
      'on the newest build only',
      [
        { build: monday, passed: 9 },
        { build: tuesday, passed: 0, failed: 5 },
      ],
      'block',
      5,
      [tuesday],
    ],
    [
      'on an earlier build only',
      [
        { build: monday, passed: 0, failed: 5 },
        { build: tuesday, passed: 3 },
      ],
      'inconclusive',
      3,
      [tuesday],
    ],
    [
      'on an earlier build only, in fewer pairs than passed since',
      [
        { build: monday, passed: 0, failed: 4 },
        { build: tuesday, passed: 9 },
      ],
      'inconclusive',
      9,
      [tuesday],
    ],
    [
      'on the newest build, in too few pairs',
      [
        { build: monday, passed: 9 },
        { build: tuesday, passed: 0, failed: 2 },
      ],
      'inconclusive',
      2,
      [tuesday],
    ],
    [
      'on each build, of which none has enough pairs',
      [
        { build: monday, passed: 0, failed: 3 },
        { build: tuesday, passed: 0, failed: 3 },
      ],
      'block',
      6,
      [monday, tuesday],
    ],
    [
      'before each build that was served',
      [
        { passed: 0, failed: 2 },
        { build: monday, passed: 0, failed: 3 },
      ],
      'block',
      5,
      [monday],
    ],
    [
      'before the page of the newest build',
      [
        { build: monday, passed: 9 },
        { build: tuesday, passed: 0, failed: 3 },
        { passed: 0, failed: 2 },
      ],
      'block',
      5,
      [tuesday],
    ],
    [
      'on the second of three builds',
      [
        { build: monday, passed: 2 },
        { build: tuesday, passed: 0, failed: 5 },
        { build: wednesday, passed: 1 },
      ],
      'inconclusive',
      1,
      [wednesday],
    ],
  ])('a break %s is judged by the pairs of the newest build: %j is %s', (_what, builds, word, count, counting) => {
    const verdict = new LiveJudge({ ...question, askedAt: '2026-11-23T20:00:00.000Z' }, inTurn(builds)).verdict;
    expect(verdict).toMatchObject({ verdict: word, live: { pairs: count, builds: counting } });
    expect(verdict.flows[0]?.candidate.attempts).toBe(count);
    const all = new Set(builds.flatMap(({ build }) => build ?? []));
    expect(new Set([...counting, ...(verdict.live?.earlier ?? []).map(({ build }) => build)])).toEqual(all);
    const dead = verdict.live?.odds.ofPairs?.blocks[0]?.chance ?? -1;
    expect(dead > 0.5).toBe(count >= 5);
    if (all.size === 1) return;
    const [said] = verdict.notices.filter(({ kind }) => kind === 'live-builds');
    for (const build of all) expect(said?.sentence).toContain(build);
  });

  test('counts what is in no pair, and keeps it out of every rate', () => {
    const attempts = [
      ...pairs(3, () => false),
      made({ minute: 300, fails: true }),
      made({ minute: 310, more: spoiled }),
    ];
    const verdict = new LiveJudge(question, attempts).verdict;
    expect(verdict.live?.unpaired).toEqual({ buildChanged: 0, spoiled: 1, alone: 1 });
    expect(verdict.flows[0]?.baseline).toEqual({ attempts: 3, failures: 0, infra: 0, stale: 0 });
    expect(sentences(verdict)).toContain('2 attempts on the live site are in no pair');
  });

  test('the verdict on a replica of the newest build stands beside it and changes nothing', async () => {
    const alone = new LiveJudge(
      question,
      pairs(3, () => false),
    );
    const beside = new LiveJudge(
      question,
      pairs(3, () => false),
    );
    const broken = [
      ...replicaAttempts('old', 6, 0, { build: monday }),
      ...replicaAttempts('new', 0, 6, { build: monday }),
    ];
    await beside.lookBeside(async ({ target, choice }) => {
      expect([target, choice.build]).toEqual(['replica', [monday]]);
      return evidenceOf(broken);
    });
    expect(beside.verdict.live?.replica).toMatchObject({ build: monday, verdict: 'block', baselineAttempts: 6 });
    expect(sentences(beside.verdict)).toContain(`On a replica of ${monday}, judged apart from the live site: block.`);
    expect(beside.verdict.flows).toEqual(alone.verdict.flows);
    expect(beside.verdict.verdict).toBe('inconclusive');
    await alone.lookBeside(async () => evidenceOf([]));
    expect(alone.verdict.live?.replica).toBeNull();
    expect(sentences(alone.verdict)).toContain('is not made yet: surface capture');
  });

  test('no flow links on the live site', () => {
    expect(() => liveFlows({ choice: { flow: ['qr-to-ready'] } })).toThrow('a number may be linked once a day');
  });
});

describe('the pairs that a live gate makes', () => {
  const planned = (library: string): PlannedCell => ({ cell: made({ library }).cell, expectation: null, repeat: 1 });
  const pair = { baseline: planned('old'), candidate: planned('new') };

  /** Makes what is asked for, one attempt after the other. */
  function work(ending: (library: string, n: number) => Omit<Made, 'library'>, most = 20, stored: LiveAttempt[] = []) {
    const judged = new LiveJudge(question, stored);
    const queue = new LivePairQueue([pair], judged, { seed: 100, most });
    const versions: string[] = [];
    for (let task = queue.next(); task; task = queue.next()) {
      const { library } = task.planned.cell;
      const ended = ending(library, versions.length);
      versions.push(library);
      queue.attemptEnded(task.planned, made({ library, minute: 15 * versions.length, ...ended }).attempt);
    }
    return { versions, verdict: queue.standing };
  }

  test('alternate which version is first, until a day of one device is used up', () => {
    const { versions, verdict } = work(() => ({}));
    expect(versions.slice(0, 6)).toEqual(['old', 'new', 'new', 'old', 'old', 'new']);
    expect(versions).toHaveLength(40);
    expect(verdict).toMatchObject({ verdict: 'inconclusive', live: { pairs: 20, refused: null } });
  });

  test('alternate over commands that the limits end after one pair', () => {
    const stored = pairs(1, () => false).map((each) => ({
      ...each,
      attempt: { ...each.attempt, startedAt: new Date(start - 180 * minuteMs).toISOString() },
    }));
    expect(work(() => ({}), 1).versions).toEqual(['old', 'new']);
    expect(work(() => ({}), 1, stored).versions).toEqual(['new', 'old']);
  });

  test('end as soon as plain breakage is found', () => {
    const { versions, verdict } = work((library) => ({ fails: library === 'new' }));
    expect(verdict).toMatchObject({ verdict: 'block', rule: 'fast-path' });
    expect(versions.length).toBeLessThanOrEqual(10);
  });

  test('end when the limits refuse, and the verdict says until when', () => {
    const until = '2026-11-23T08:00:00.000Z';
    const message = `account anna: no restore before ${until}: 40 of kind restore within 1440 min are the limit`;
    const refused: Partial<Attempt> = {
      ...spoiled,
      ...{ code: 'limit-reached', blame: 'harness', cause: { message, evidence: [] } },
      events: [{ at: 0, type: 'harness:refused', detail: { until } }],
    };
    const { versions, verdict } = work((_, n) => (n === 6 ? { more: refused } : {}));
    expect(versions).toHaveLength(7);
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      rule: 'live-site',
      live: { refused: { message, until } },
    });
    expect(verdict.because[0]).toContain(`The limits allow no more: ${message}`);
  });

  test('end after three spoiled attempts in a row, none of which is made again at once', () => {
    expect(work(() => ({ more: spoiled })).versions).toHaveLength(3);
  });

  test('an attempt whose partner was spoiled is in no pair', () => {
    const { verdict } = work((_, n) => (n === 1 ? { more: spoiled } : {}), 2);
    expect(verdict.live?.unpaired).toMatchObject({ spoiled: 1 });
  });
});
