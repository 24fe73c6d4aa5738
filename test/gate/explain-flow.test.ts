import { describe, expect, it } from 'vitest';
import type { CellFinding, FlowVerdict, Liveness, TimeFinding } from '../../src/contracts/verdict.ts';
import type { CellEvidence } from '../../src/gate/evidence/evidence.ts';
import { explainFlow, explainMissing, rates } from '../../src/gate/explain-flow.ts';
import { armOf, cellOf, placeOf, type Rate } from './cell-of.ts';
import { defaultPolicy } from './evidence-of.ts';

const tally = ([passed, attempts]: Rate) => ({ attempts, failures: attempts - passed, infra: 0, stale: 0 });

/** A cell with so many successes of each arm. */
const cell = (n: number, baseline: Rate, candidate: Rate, more: Partial<CellFinding> = {}): CellFinding => ({
  place: placeOf(n),
  state: 'live',
  baseline: tally(baseline),
  candidate: tally(candidate),
  loss: { estimate: 0, lower: -5, upper: 5 },
  pValue: 1,
  worse: false,
  suspect: false,
  failures: [],
  ...more,
});

const flowOf = (more: Partial<FlowVerdict>): FlowVerdict => ({
  flow: 'f',
  verdict: 'inconclusive',
  rule: 'success-rate',
  because: '',
  pairs: 50,
  look: { reached: 40, next: 53 },
  baseline: tally([49, 50]),
  candidate: tally([30, 50]),
  loss: { estimate: 38, lower: 20.5, upper: 55.1 },
  marginPoints: 10,
  closed: 0,
  breakage: { ratio: 1, blocksFrom: 166.667 },
  time: null,
  missing: [],
  restsOn: [],
  cells: [cell(1, [49, 50], [30, 50])],
  ...more,
});

const evidence = (n: number, baseline: Rate, candidate: Rate, findings: Record<string, number> = {}) =>
  cellOf(n, baseline, armOf(candidate, { findings }));

const explained = (more: Partial<FlowVerdict>, cells: CellEvidence[] = []) =>
  explainFlow(flowOf(more), { flow: 'f', cells }, defaultPolicy);

it('rates are successes of attempts, of both arms', () => {
  expect(rates({ baseline: tally([49, 50]), candidate: tally([30, 40]) })).toBe(
    'baseline 49 of 50, candidate 30 of 40',
  );
});

describe('a flow that is judged by its success rate', () => {
  it('says that nothing counts where no cell has both arms', () => {
    expect(explained({ loss: null })).toBe('There is no attempt of either version that counts.');
  });

  it('says what the loss may be, and when the next look is', () => {
    expect(explained({})).toBe(
      'baseline 49 of 50, candidate 30 of 50, a loss of 38 points; the loss may be anything from 20.5 to 55.1 (margin 10) after 50 attempts per arm; the next look is at 53.',
    );
    expect(explained({ look: { reached: 160, next: null }, pairs: 160 })).toMatch(
      / \(margin 10\) after 160 attempts per arm, the cap\.$/,
    );
  });

  it('says what the loss is surely below or above', () => {
    expect(explained({ verdict: 'promote', loss: { estimate: -2, lower: -9, upper: 4.5 } })).toBe(
      'baseline 49 of 50, candidate 30 of 50, a gain of 2 points; the loss is surely below 4.5 and so inside the margin of 10.',
    );
    expect(explained({ verdict: 'promote', loss: { estimate: 0, lower: -9, upper: 4.5 } })).toContain(
      ', a loss of 0 points; ',
    );
    expect(explained({ verdict: 'block' })).toBe(
      'baseline 49 of 50, candidate 30 of 50, a loss of 38 points, surely above 20.5 and so not by chance.',
    );
  });

  it('counts the cells that the rate is made of where others are closed', () => {
    const cells = [cell(1, [49, 50], [30, 50]), cell(2, [9, 9], [9, 9]), cell(3, [0, 13], [0, 4], { state: 'dead' })];
    expect(explained({ verdict: 'block', closed: 1, cells })).toMatch(
      /^baseline 58 of 59, candidate 39 of 59 in 2 cells, a loss/,
    );
  });
});

describe('a flow that is broken', () => {
  const broken = (cells: CellFinding[], blocksFrom = 166.667) =>
    explained({ rule: 'fast-path', verdict: 'block', cells, breakage: { ratio: 1e9, blocksFrom } });

  it('says how seldom equal versions differ like that', () => {
    expect(broken([cell(1, [4, 4], [0, 4])])).toBe(
      'baseline 4 of 4, candidate 0 of 4: the candidate is broken. Two equal versions differ like that less than once in 167 comparisons.',
    );
  });

  it.each([
    [9.99, '10'],
    [10, '10'],
    [2.34, '2.3'],
    [999_999, '999999'],
    [1_000_000, 'over a million'],
  ])('%d comparisons are %s in words', (blocksFrom, words) => {
    expect(broken([cell(1, [4, 4], [0, 4])], blocksFrom)).toContain(`once in ${words} comparisons`);
  });

  it('names the cells in which the baseline mostly works and the candidate fails more than a quarter', () => {
    const fine = cell(2, [8, 8], [6, 8]);
    const hardly = cell(3, [4, 8], [0, 8]);
    expect(broken([cell(1, [4, 4], [0, 4]), fine, hardly])).toMatch(
      /^baseline 4 of 4, candidate 0 of 4 on 2\.3000\.1: the candidate is broken\./,
    );
    expect(broken([cell(1, [5, 8], [5, 8]), cell(4, [8, 8], [0, 8]), fine])).toMatch(
      /^baseline 49 of 50, candidate 30 of 50 on 2\.3000\.1, 2\.3000\.4: the candidate/,
    );
    expect(broken([fine, hardly])).toMatch(/^baseline 49 of 50, candidate 30 of 50: the candidate/);
  });
});

describe('a flow with findings that break a hard rule', () => {
  const held = (cells: CellEvidence[], verdict: FlowVerdict['verdict'] = 'inconclusive') =>
    explained({ rule: 'hard-rules', verdict }, cells);

  it('says that the baseline does not show them, and whether that is chance', () => {
    const cells = [evidence(1, [50, 50], [48, 50], { 'lost-session': 2 })];
    expect(held(cells)).toBe(
      '2 of 50 attempts of the candidate break the hard rule lost-session on 2.3000.1, and 0 of 50 of the baseline: it is not promoted until more attempts tell whether that is chance.',
    );
    expect(held(cells, 'block')).toBe(
      '2 of 50 attempts of the candidate break the hard rule lost-session on 2.3000.1, and 0 of 50 of the baseline: that is not by chance.',
    );
  });

  it('says where the baseline was never tried', () => {
    expect(held([evidence(1, [0, 0], [9, 10], { 'lost-session': 1 })])).toBe(
      '1 of 10 attempts of the candidate break the hard rule lost-session on 2.3000.1, where the baseline was never tried.',
    );
  });

  it('counts further findings, and passes over those that the baseline shows or could not show', () => {
    const shown = evidence(1, [49, 50], [49, 50], { 'lost-session': 1 });
    shown.baseline.findings['lost-session'] = 1;
    const brokenBaseline = evidence(2, [0, 50], [49, 50], { 'lost-session': 1 });
    const first = evidence(3, [50, 50], [48, 50], { 'lost-session': 1, 'probe-failure': 1 });
    const second = evidence(4, [50, 50], [49, 50], { 'lost-session': 1 });
    expect(held([shown, brokenBaseline, first, second])).toBe(
      '1 of 50 attempts of the candidate break the hard rule lost-session on 2.3000.3, and 0 of 50 of the baseline, and 2 more such findings: it is not promoted until more attempts tell whether that is chance.',
    );
    expect(held([evidence(1, [0, 0], [9, 10], { 'lost-session': 1 }), second])).toContain(
      'never tried, and 1 more such finding.',
    );
    expect(held([shown, brokenBaseline])).toBe('');
  });
});

describe('a flow with closed cells in which the baseline may work', () => {
  const cells = [evidence(1, [50, 50], [50, 50]), evidence(2, [0, 12], [0, 4]), evidence(3, [0, 13], [0, 4])];

  it('names them, and the verdict that they keep', () => {
    expect(explained({ rule: 'dead-cells', loss: { estimate: 0, lower: 0, upper: 5 } }, cells)).toBe(
      'The candidate would be promoted, but on 2.3000.2 the baseline failed fewer than 13 times: it may work there at times.',
    );
    expect(explained({ rule: 'dead-cells' }, cells)).toContain('would be blocked, but on 2.3000.2 ');
    expect(explained({ rule: 'dead-cells', loss: null }, cells)).toContain('The flow would decide nothing, but');
  });
});

describe('a flow that the machine spoiled', () => {
  const spoiled = (infra: number, attempts = 94) => ({ ...tally([attempts, attempts]), infra });

  it('says how much of which arm', () => {
    expect(explained({ rule: 'infra-share', candidate: spoiled(6) })).toBe(
      'The machine or the harness spoiled 6 of 100 attempts of the candidate (6 %), more than the 5 % up to which rates are believed.',
    );
    expect(explained({ rule: 'infra-share', baseline: spoiled(47), candidate: spoiled(6) })).toBe(
      'The machine or the harness spoiled 47 of 141 attempts of the baseline (33.3 %) and 6 of 100 attempts of the candidate (6 %), more than the 5 % up to which rates are believed.',
    );
  });
});

describe('a flow with gaps', () => {
  it.each([
    [[], ''],
    [['The first.'], 'The first.'],
    [['The first.', 'The second.'], 'The first; the second.'],
    [['The first.', 'The second.', 'The third.'], 'The first; the second, and 1 more such gap.'],
    [['The first.', 'The second.', 'The third.', 'The fourth.'], 'The first; the second, and 2 more such gaps.'],
  ])('%o names two of them and counts the rest', (missing, words) => {
    expect(explainMissing(missing)).toBe(words);
    expect(explained({ rule: 'missing-data', missing })).toBe(words);
  });
});

describe('a flow that is judged by its cells', () => {
  const byCells = (cells: CellFinding[], verdict: FlowVerdict['verdict'] = 'inconclusive') =>
    explained({ rule: 'cells', verdict, cells });
  const suspect = (n: number) => cell(n, [1, 3], [0, 3], { suspect: true });
  const worse = (n: number) => cell(n, [9, 9], [0, 9], { worse: true, suspect: true });

  it('names those that look worse', () => {
    expect(byCells([suspect(1), cell(2, [9, 9], [9, 9])])).toBe(
      'The candidate would be promoted, but it looks worse on 2.3000.1 (baseline 1 of 3, candidate 0 of 3): more attempts there will tell.',
    );
  });

  it('names those that are worse, among how many', () => {
    expect(byCells([worse(1), suspect(2)], 'block')).toBe(
      'The candidate is worse on 2.3000.1 (baseline 9 of 9, candidate 0 of 9), beyond what chance does among 2 cells.',
    );
  });

  it('names three and counts the rest', () => {
    const three = [1, 2, 3].map((n) => `2.3000.${n} (baseline 9 of 9, candidate 0 of 9)`).join(', ');
    expect(byCells([1, 2, 3].map(worse), 'block')).toContain(`is worse on ${three}, beyond what`);
    expect(byCells([1, 2, 3, 4, 5].map(worse), 'block')).toContain(`is worse on ${three} and 2 more, beyond`);
  });

  it('names those that are not inside a margin of their own, unless the flow is blocked', () => {
    const outside = (loss: CellFinding['loss']) => cell(3, [60, 60], [60, 60], { marginPoints: 5, loss });
    const sentence =
      'The candidate would be promoted, but it is not surely inside the margin that the policy sets for 2.3000.3 (baseline 60 of 60, candidate 60 of 60, margin 5).';
    expect(byCells([suspect(1), outside({ estimate: 0, lower: 0, upper: 5 })])).toBe(sentence);
    expect(byCells([suspect(1), outside(null)])).toBe(sentence);
    expect(byCells([suspect(1), outside({ estimate: 0, lower: 0, upper: 4.99 })])).toContain(
      'it looks worse on 2.3000.1',
    );
    expect(byCells([worse(1), outside(null)], 'block')).toContain('The candidate is worse on 2.3000.1');
  });
});

describe('a flow that is judged by its times', () => {
  const time: TimeFinding = {
    medianMs: { baseline: 3001, candidate: 4512 },
    ratio: { estimate: 1.503, lower: 1.384, allowed: 1.25 },
    pValue: 0.001,
    slower: true,
  };
  const byTime = (more: Partial<TimeFinding> | null, verdict: FlowVerdict['verdict'] = 'block') =>
    explained({ rule: 'time-to-ready', verdict, time: more && { ...time, ...more } });

  it('says how long ready takes, and by how much that is surely longer', () => {
    expect(byTime({})).toBe(
      'Ready takes 3.00 s with the baseline, 4.51 s with the candidate: 1.50 times as long, and surely more than 1.38 (allowed 1.25).',
    );
    expect(byTime({}, 'inconclusive')).toBe(
      'Ready takes 3.00 s with the baseline, 4.51 s with the candidate: 1.50 times as long, but not surely more than 1.25 (allowed 1.25).',
    );
  });

  it('has words for what was never reached', () => {
    const never = {
      medianMs: { baseline: 3001, candidate: null },
      ratio: { estimate: null, lower: 2, allowed: 1.25 },
    };
    expect(byTime(never)).toBe(
      'Ready takes 3.00 s with the baseline, longer than was waited with the candidate: endlessly many times as long, and surely more than 2.00 (allowed 1.25).',
    );
    expect(byTime(null)).toBe('');
  });
});

describe('the state of a cell', () => {
  it.each(['dead', 'candidate-only', 'open'] as Liveness[])(
    '%s keeps it out of the counts beside the loss',
    (state) => {
      const cells = [cell(1, [20, 20], [20, 20]), cell(2, [0, 13], [0, 13], { state })];
      expect(explained({ cells })).toMatch(/^baseline 20 of 20, candidate 20 of 20, a loss/);
    },
  );
});
