import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import { type CellEvidence, comparisonOf, type FailureKind } from '../../src/gate/evidence/evidence.ts';
import { judgeFlow } from '../../src/gate/judge-flow.ts';
import { armOf, cellOf, placeOf, type Rate } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

const judged = (cells: CellEvidence[], policy: Policy = defaultPolicy, flows = 1) =>
  judgeFlow({ flow: 'f', cells }, policy, { ...comparisonOf({ flows: [{ flow: 'f', cells }] }), flows });
const words = (...given: Parameters<typeof judged>) => {
  const { verdict, rule } = judged(...given);
  return `${verdict} by ${rule}`;
};
/** Times of so many attempts around three seconds, no two the same. */
const times = (count: number, factor = 1) =>
  Array.from({ length: count }, (_, i) => factor * (3000 + ((i * 37) % 300)));
const timed = (rate: Rate, factor = 1) => armOf(rate, { times: times(rate[1], factor) });

describe('the figures of a flow', () => {
  it('are losses in points with two decimals, and others with six digits', () => {
    expect(judged([cellOf(1, [158, 160], [130, 160])])).toMatchObject({
      flow: 'f',
      verdict: 'block',
      rule: 'success-rate',
      pairs: 160,
      loss: { estimate: 17.5, lower: 5.42, upper: 26.07 },
      marginPoints: 10,
      breakage: { ratio: 16.8358, blocksFrom: 166.667 },
      time: null,
      missing: [],
      closed: 0,
      cells: [{ place: placeOf(1), state: 'live', pValue: 4.60821e-7, worse: true, suspect: true, failures: [] }],
    });
  });

  it('have no minus before 0, and no number that JSON does not have', () => {
    const equal = judged([cellOf(1, [0, 0], [0, 0]), cellOf(2, [19, 20], [19, 20])]);
    expect(Object.is(equal.loss?.estimate, 0)).toBe(true);
    expect(equal.cells[0]).toMatchObject({ loss: null, pValue: null });
    const endless = judged([cellOf(1, [1000, 1000], [0, 1000])]);
    expect(endless.breakage.ratio).toBe(Number.MAX_VALUE);
    expect(judged([cellOf(1, [9, 9], [0, 0])]).loss).toBeNull();
  });

  it('have the same loss for a flow and its only cell, also beyond the cap', () => {
    for (const pairs of [40, 160, 400]) {
      const { loss, cells } = judged([cellOf(1, [pairs, pairs], [pairs - 5, pairs])]);
      expect(cells[0]?.loss).toEqual(loss);
    }
  });

  it('have the largest look that is reached, and the next', () => {
    const lookAt = (pairs: number) => judged([cellOf(1, [pairs, pairs], [pairs, pairs])]).look;
    expect(lookAt(9)).toEqual({ reached: null, next: 10 });
    expect(lookAt(10)).toEqual({ reached: 10, next: 20 });
    expect(lookAt(19)).toEqual({ reached: 10, next: 20 });
    expect(lookAt(160)).toEqual({ reached: 160, next: null });
  });

  it('add up the attempts of each arm, and count pairs and closed cells', () => {
    const flow = judged([
      cellOf(1, armOf([9, 10], { infra: 1 }), armOf([7, 8], { stale: 2 })),
      cellOf(2, [0, 13], [0, 4]),
      cellOf(3, [0, 13], [4, 4]),
      cellOf(4, [0, 3], [0, 3]),
    ]);
    expect(flow).toMatchObject({
      baseline: { attempts: 39, failures: 30, infra: 1, stale: 0 },
      candidate: { attempts: 19, failures: 8, infra: 0, stale: 2 },
      pairs: 8,
      closed: 2,
    });
    expect(flow.cells.map(({ state }) => state)).toEqual(['live', 'dead', 'candidate-only', 'open']);
    expect(flow.cells[0]?.baseline).toEqual({ attempts: 10, failures: 1, infra: 1, stale: 0 });
    expect(flow.cells[0]?.candidate).toEqual({ attempts: 8, failures: 1, infra: 0, stale: 2 });
  });

  it('have medians and ratios of times, and null where ready was never reached', () => {
    const [third] = [1000 / 3];
    const slow = judged([
      cellOf(1, armOf([3, 3], { times: [third, third, third] }), armOf([3, 3], { times: [1000, 1000, 1000] })),
    ]);
    expect(slow.time).toEqual({
      medianMs: { baseline: 333.333, candidate: 1000 },
      ratio: { estimate: 3, lower: 0, allowed: 1.25 },
      pValue: expect.any(Number),
      slower: false,
    });
    expect(String(slow.time?.pValue).replace(/^0\.0*/, '').length).toBeLessThanOrEqual(6);
    const never = judged([
      cellOf(1, armOf([3, 3], { times: [1000, 1000, 1000] }), armOf([1, 3], { times: [1000, Infinity, Infinity] })),
    ]);
    expect(never.time).toMatchObject({
      medianMs: { baseline: 1000, candidate: null },
      ratio: { estimate: null, lower: 0 },
    });
  });
});

describe('the failures of a cell', () => {
  const kind = (phase: string | null, code: string | null, attempts: number, id: string): [string, FailureKind] => [
    `${phase} ${code}`,
    { phase, code, attempts, example: { id, startedAt: '2026-01-09T00:00:00.000Z' } },
  ];

  it('come by number, then by arm, phase and code, each with an example', () => {
    const baseline = armOf([1, 4], { failureKinds: new Map([kind('qr', 'b', 1, 'id-1'), kind('qr', 'a', 1, 'id-2')]) });
    const candidate = armOf([1, 9], {
      failureKinds: new Map([
        kind('ready', 'c', 1, 'id-3'),
        kind('qr', null, 5, 'id-4'),
        kind('launch', 'z', 1, 'id-5'),
      ]),
    });
    expect(judged([cellOf(1, baseline, candidate)]).cells[0]?.failures).toEqual([
      { arm: 'candidate', phase: 'qr', code: null, attempts: 5, example: 'id-4' },
      { arm: 'baseline', phase: 'qr', code: 'a', attempts: 1, example: 'id-2' },
      { arm: 'baseline', phase: 'qr', code: 'b', attempts: 1, example: 'id-1' },
      { arm: 'candidate', phase: 'launch', code: 'z', attempts: 1, example: 'id-5' },
      { arm: 'candidate', phase: 'ready', code: 'c', attempts: 1, example: 'id-3' },
    ]);
  });
});

describe('the rule that decides', () => {
  it('is that of spoiled attempts before all others', () => {
    expect(words([cellOf(1, [20, 20], armOf([0, 20], { infra: 2 }))])).toBe('inconclusive by infra-share');
    expect(words([cellOf(1, [20, 20], armOf([0, 20], { infra: 1 }))])).toBe('block by fast-path');
  });

  it('is breakage, also before the first look', () => {
    expect(words([cellOf(1, [4, 4], [0, 4])])).toBe('block by fast-path');
  });

  it('is that of the times where the candidate is surely slower, and the rate is fine', () => {
    expect(words([cellOf(1, timed([40, 40]), timed([40, 40], 2))])).toBe('block by time-to-ready');
    // Before the first look.
    expect(words([cellOf(1, timed([9, 9]), timed([9, 9], 9))])).toBe('inconclusive by success-rate');
  });

  it('is that of the times before that of the rate, which a slower candidate fails too', () => {
    expect(words([cellOf(1, timed([158, 160]), timed([130, 160]))])).toBe('block by success-rate');
    expect(words([cellOf(1, timed([158, 160]), timed([130, 160], 2))])).toBe('block by time-to-ready');
  });

  it('is the rate of a single cell, whose p-value alone blocks nothing', () => {
    const alone = judged([cellOf(1, [158, 160], [138, 160])]);
    expect([alone.verdict, alone.rule, alone.cells[0]?.worse]).toEqual(['block', 'success-rate', true]);
    // Among others the same cell is what blocks.
    const fine = [2, 3].map((n) => cellOf(n, [400, 400], [400, 400]));
    expect(words([cellOf(1, [158, 160], [134, 160]), ...fine])).toBe('block by cells');
  });

  it('is that of closed cells where the rate blocks only without one in which the baseline may work', () => {
    const worse = cellOf(1, [158, 160], [138, 160]);
    const gained = (attempts: number) => cellOf(2, [0, attempts], [12, 12]);
    expect(words([worse, gained(12)])).toBe('inconclusive by dead-cells');
    expect(judged([worse, gained(12)]).because).toMatch(/^The candidate would be blocked, but on 2\.3000\.2 /);
    expect(words([worse, gained(13)])).toBe('block by success-rate');
  });

  it('is that of closed cells where only they keep the candidate from being promoted', () => {
    const fine = cellOf(1, [80, 80], [80, 80]);
    expect(words([fine, cellOf(2, [0, 12], [0, 4])])).toBe('inconclusive by dead-cells');
    expect(words([fine, cellOf(2, [0, 13], [0, 4])])).toBe('promote by success-rate');
  });

  it('is the rate until a candidate without a failure could be promoted, and while it is not inside the margin', () => {
    expect(words([cellOf(1, [52, 52], [52, 52])])).toBe('inconclusive by success-rate');
    expect(words([cellOf(1, [53, 53], [53, 53])])).toBe('promote by success-rate');
    expect(words([cellOf(1, [53, 53], [52, 53])])).toBe('inconclusive by success-rate');
  });

  it('is that of a look where its cells have enough attempts together, those that are compared', () => {
    const open = cellOf(2, [0, 3], [0, 3]);
    const worse = (n: number) => cellOf(1, timed([n, n]), timed([n, n], 9));
    expect(words([worse(9), open])).toBe('inconclusive by missing-data');
    expect(words([worse(10), open])).toBe('block by time-to-ready');
    // The baseline may only have been unlucky where the candidate works.
    expect(words([worse(9), cellOf(2, [0, 3], [3, 3])])).toBe('block by time-to-ready');
  });

  it('is a gap before the rate, and a finding before a gap', () => {
    const gap = cellOf(2, [3, 3], [0, 0]);
    const finding = cellOf(1, [20, 20], armOf([20, 20], { findings: { 'lost-session': 1 } }));
    expect(words([cellOf(1, [20, 20], [20, 20]), gap])).toBe('inconclusive by missing-data');
    expect(words([finding, gap])).toBe('inconclusive by hard-rules');
  });

  it('is a suspect cell before slower times, and slower times before closed cells', () => {
    const suspect = cellOf(2, [1, 3], [0, 3]);
    const slower = cellOf(1, timed([80, 80]), timed([80, 80], 1.255));
    const unconfirmed = cellOf(3, [0, 12], [0, 4]);
    expect(words([slower, suspect, unconfirmed])).toBe('inconclusive by cells');
    expect(words([slower, unconfirmed])).toBe('inconclusive by time-to-ready');
  });
});

describe('findings that break a hard rule', () => {
  const findings = { 'lost-session': 1 };

  it('hold where the baseline works and does not show them', () => {
    expect(words([cellOf(1, [80, 80], armOf([80, 80], { findings }))])).toBe('inconclusive by hard-rules');
    expect(words([cellOf(1, armOf([80, 80], { findings }), armOf([80, 80], { findings }))])).toBe(
      'promote by success-rate',
    );
    expect(words([cellOf(1, [80, 80], [80, 80]), cellOf(2, [0, 13], armOf([0, 4], { findings }))])).toBe(
      'promote by success-rate',
    );
  });

  it('hold where the baseline was never tried, but cannot block there', () => {
    const untried = cellOf(2, [0, 0], armOf([1, 2], { findings }));
    expect(words([cellOf(1, [80, 80], [80, 80]), untried])).toBe('inconclusive by hard-rules');
    expect(words([cellOf(1, [4, 4], [0, 4]), untried])).toBe('block by fast-path');
  });

  it('are what blocks where breakage, a cell or the rate would', () => {
    const worse = (rate: Rate) => armOf(rate, { findings });
    const fine = [2, 3].map((n) => cellOf(n, [400, 400], [400, 400]));
    expect(words([cellOf(1, [4, 4], worse([0, 4]))])).toBe('block by hard-rules');
    expect(words([cellOf(1, [158, 160], worse([134, 160])), ...fine])).toBe('block by hard-rules');
    expect(words([cellOf(1, [158, 160], worse([130, 160]))])).toBe('block by hard-rules');
  });

  it('are not what blocks a candidate that is slower', () => {
    expect(words([cellOf(1, timed([40, 40]), armOf([40, 40], { times: times(40, 2), findings }))])).toBe(
      'block by time-to-ready',
    );
  });
});

describe('thresholds of a policy', () => {
  const policy: Policy = { ...defaultPolicy, thresholds: [{ build: ['2.3000.1'], marginPoints: 5 }] };

  it('hold a cell to its own margin, also the only cell of a flow', () => {
    expect(words([cellOf(1, [80, 80], [80, 80])], policy)).toBe('inconclusive by cells');
    expect(words([cellOf(2, [80, 80], [80, 80])], policy)).toBe('promote by success-rate');
    expect(
      judged([cellOf(1, [9, 9], [9, 9]), cellOf(2, [9, 9], [9, 9])], policy).cells.map((its) => its.marginPoints),
    ).toEqual([5, undefined]);
    expect(judged([cellOf(2, [9, 9], [9, 9])], policy).cells[0]).not.toHaveProperty('marginPoints');
  });

  it('block by a cell that is worse and outside of its own margin', () => {
    const fine = cellOf(2, [400, 400], [400, 400]);
    const slightly = cellOf(1, [1000, 1000], [960, 1000]);
    expect(words([slightly, fine], policy)).toBe('block by cells');
    expect(words([slightly, fine])).toBe('promote by success-rate');
    expect(words([slightly], policy)).toBe('block by cells');
  });

  it('take as many pairs of a cell as a candidate without a failure needs, since its level holds from there on', () => {
    const fine = cellOf(2, [200, 200], [200, 200]);
    // Always fails less often than the baseline, by a half.
    const better = (pairs: number) => cellOf(1, [Math.floor(pairs / 2), pairs], [pairs, pairs]);
    for (const pairs of [2, 10, 20, 53, 104])
      expect(words([better(pairs), fine], policy)).toBe('inconclusive by cells');
    expect(judged([better(60), fine], policy).because).toContain(
      '2.3000.1 (baseline 30 of 60, candidate 60 of 60, margin 5)',
    );
    expect(words([better(105), fine], policy)).toBe('promote by success-rate');
    expect(words([better(60), fine])).toBe('promote by success-rate');
  });

  it('take no more pairs of a closed cell, in which nothing can be lost', () => {
    expect(words([cellOf(1, [0, 13], [4, 4]), cellOf(2, [200, 200])], policy)).toBe('promote by success-rate');
  });

  it('of a flow change its margin and ratio of times', () => {
    const ofFlow = { ...defaultPolicy, thresholds: [{ flow: ['f'], marginPoints: 20, timeRatio: 3 }] };
    expect(judged([cellOf(1, timed([40, 40]), timed([40, 40], 2))], ofFlow)).toMatchObject({
      verdict: 'promote',
      marginPoints: 20,
      time: { ratio: { allowed: 3 } },
    });
  });
});

it('flows share the chance of a wrong block: more of them take more to block', () => {
  const broken = [cellOf(1, [4, 4], [0, 4])];
  expect(words(broken, defaultPolicy, 1)).toBe('block by fast-path');
  expect(words(broken, defaultPolicy, 2)).toBe('inconclusive by success-rate');
  expect(judged(broken, defaultPolicy, 2).breakage.blocksFrom).toBe(333.333);
});
