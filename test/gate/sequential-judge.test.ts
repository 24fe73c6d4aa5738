import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import type { OpenName } from '../../src/contracts/prediction.ts';
import type { CellEvidence, Evidence } from '../../src/gate/evidence/evidence.ts';
import { EvidenceCollector } from '../../src/gate/evidence-collector.ts';
import { judge } from '../../src/gate/judge.ts';
import { type OpenCell, SequentialJudge } from '../../src/gate/sequential-judge.ts';
import { cellOf, placeOf } from './cell-of.ts';
import { asOf, attempt, attempts, defaultPolicy } from './evidence-of.ts';

const flows = ['qr-to-ready', 'restore-to-ready'] as const;

/** Attempts of two flows that arrive during judgements. */
function newJudged() {
  const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
  for (const flow of flows) {
    collector.expect({
      build: '2.3000.1',
      browser: 'current',
      flow,
      condition: 'none',
      switches: {},
      target: 'replica',
    });
  }
  const sequential = new SequentialJudge(defaultPolicy);
  /** So many pairs more, in some of which the candidate fails. */
  const add = (flow: (typeof flows)[number], pairs: number, failures: number) => {
    const cell = { flow, build: '2.3000.1' };
    for (const each of [...attempts('old', pairs, 0, cell), ...attempts('new', pairs - failures, failures, cell)]) {
      collector.add(each);
    }
    sequential.look(collector.evidence());
    return sequential.decided && `${sequential.decided.verdict} by ${sequential.decided.rule}`;
  };
  const rules = () =>
    judge(collector.evidence(), defaultPolicy).flows.map(({ verdict, rule }) => `${verdict} by ${rule}`);
  return { add, rules };
}

describe('a judge of attempts that come in', () => {
  it('does not let the look of one flow judge the rates of another', () => {
    const { add, rules } = newJudged();
    expect(add('restore-to-ready', 80, 8)).toBeNull();
    expect(add('restore-to-ready', 10, 8)).toBeNull();
    expect(rules()[1]).toBe('block by success-rate');
    expect(add('qr-to-ready', 10, 0)).toBeNull();
    expect(add('restore-to-ready', 10, 2)).toBe('block by success-rate');
  });

  it('ends as inconclusive, and wants no more attempts, where a promotion rests on what is not known of the build', () => {
    const open: OpenName = {
      ...{ name: 'WAWebGone', stops: 'ready', offered: true, after: null, since: '2.3000.2', date: '2026-04-11' },
      ...{ confidence: 'inferred', sources: ['a/b@1'] },
    };
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
    const sequential = new SequentialJudge(defaultPolicy);
    const place = {
      build: '2.3000.1',
      browser: 'current',
      flow: 'qr-to-ready',
      condition: 'none',
      switches: {},
      target: 'replica',
    } as const;
    for (const each of [
      ...attempts('old', 60, 0, { build: place.build }),
      ...attempts('new', 60, 0, { build: place.build, doubt: { open: [open], failsAnyway: false } }),
    ])
      collector.add(each);
    sequential.look(collector.evidence());
    expect(sequential.decided).toMatchObject({ verdict: 'inconclusive', rule: 'in-between' });
    const cell: OpenCell = { places: [place], underWay: { baseline: 0, candidate: 0 } };
    expect(sequential.nextCell([cell], collector.evidence())).toBeUndefined();
  });

  it('ends as inconclusive as soon as it would block plain breakage that the build may not have', () => {
    const open: OpenName = {
      ...{ name: 'WAWebCome', stops: 'ready', offered: false, after: null, since: '2.3000.2', date: '2026-04-11' },
      ...{ confidence: 'inferred', sources: ['a/b@1'] },
    };
    const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
    const sequential = new SequentialJudge(defaultPolicy);
    const build = '2.3000.1';
    let pairs = 0;
    while (!sequential.decided && pairs < 20) {
      pairs++;
      collector.add(attempt('old', { build }));
      for (const failed of attempts('new', 0, 1, { build, doubt: { open: [open], failsAnyway: false } }))
        collector.add(failed);
      sequential.look(collector.evidence());
    }
    expect([pairs, sequential.decided?.rule]).toEqual([4, 'in-between']);
  });

  it('blocks plain breakage of any flow at once', () => {
    const { add } = newJudged();
    expect(add('qr-to-ready', 10, 0)).toBeNull();
    expect(add('restore-to-ready', 6, 6)).toBe('block by fast-path');
  });

  it('promotes nothing before every planned flow was tried, and then only what every flow earned at its own look', () => {
    const { add } = newJudged();
    expect(add('qr-to-ready', 80, 0)).toBeNull();
    expect(add('restore-to-ready', 40, 0)).toBeNull();
    expect(add('restore-to-ready', 16, 0)).toBeNull();
    expect(add('restore-to-ready', 4, 0)).toBe('promote by success-rate');
  });

  it('holds flows that were not tried yet to their share of the error rate from the start', () => {
    const { add } = newJudged();
    // Enough for one flow alone: 180 times likelier than equal, which blocks from 167.
    expect(add('qr-to-ready', 4, 4)).toBeNull();
  });
});

const evidenceOn = (...cells: CellEvidence[]): Evidence => ({
  ...{ baseline: 'old', candidate: 'new', askedAt: asOf, newestAttempt: null, hardFindings: [], outside: [] },
  flows: [...Map.groupBy(cells, ({ place }) => place.flow)].map(([flow, its]) => ({ flow, cells: its })),
});
const open = (cells: readonly CellEvidence[], underWay: Record<number, [number, number]> = {}): OpenCell[] =>
  cells.map(({ place }, i) => {
    const [baseline, candidate] = underWay[i] ?? [0, 0];
    return { places: [place], underWay: { baseline, candidate } };
  });
/** The place of the next attempts, and their arms, after a look at the same cells. */
const next = (cells: CellEvidence[], underWay: Record<number, [number, number]> = {}, policy = defaultPolicy) => {
  const sequential = new SequentialJudge(policy);
  const evidence = evidenceOn(...cells);
  sequential.look(evidence);
  expect(sequential.decided).toBeNull();
  const found = sequential.nextCell(open(cells, underWay), evidence);
  return found && [found.cell.places[0]?.build, ...found.arms];
};
const both = ['baseline', 'candidate'];

describe('the next attempts', () => {
  it('belong where there are fewest pairs, first of those that have as few', () => {
    expect(next([cellOf(1, [5, 5]), cellOf(2, [4, 4]), cellOf(3, [4, 4])])).toEqual(['2.3000.2', ...both]);
    expect(next([cellOf(1, [2, 2], [9, 9]), cellOf(2, [3, 3])])).toEqual(['2.3000.1', ...both]);
    expect(next([cellOf(1, [0, 0])])).toEqual(['2.3000.1', ...both]);
  });

  it('count what is under way', () => {
    const cells = [cellOf(1, [5, 5]), cellOf(2, [4, 4])];
    expect(next(cells, { 1: [2, 2] })).toEqual(['2.3000.1', ...both]);
    expect(next(cells, { 1: [2, 0] })).toEqual(['2.3000.2', ...both]);
  });

  it('are none at the cap, together with what is under way', () => {
    const undecided = (pairs: number) => [cellOf(1, [pairs - 5, pairs], [pairs - 15, pairs])];
    expect(next(undecided(159))).toEqual(['2.3000.1', ...both]);
    expect(next(undecided(160))).toBeUndefined();
    expect(next(undecided(159), { 0: [1, 1] })).toBeUndefined();
    expect(next(undecided(159), { 0: [1, 0] })).toEqual(['2.3000.1', ...both]);
    const two = [cellOf(1, [78, 80], [73, 80]), cellOf(2, [78, 80], [73, 80])];
    expect(next(two)).toBeUndefined();
  });

  it('are none in a closed cell, nor in one that those under way may close', () => {
    const fine = cellOf(1, [9, 9]);
    expect(next([fine, cellOf(2, [0, 4])])).toEqual(['2.3000.1', ...both]);
    expect(next([fine, cellOf(2, [0, 3])])).toEqual(['2.3000.2', ...both]);
    expect(next([fine, cellOf(2, [0, 3])], { 1: [1, 1] })).toEqual(['2.3000.1', ...both]);
    expect(next([cellOf(2, [0, 4])])).toBeUndefined();
    // Where the baseline works in no cell, those in which the candidate does are compared.
    expect(next([cellOf(2, [0, 4], [1, 4])])).toEqual(['2.3000.2', ...both]);
  });

  it('come last to a cell that is surely inside the margin', () => {
    const inside = cellOf(1, [70, 70]);
    const worse = cellOf(2, [71, 71], [61, 71]);
    expect(next([inside, worse])).toEqual(['2.3000.2', ...both]);
    expect(next([inside, worse], { 1: [19, 19] })).toBeUndefined();
  });

  it('come last only where the cell is inside the margin at the level of a flow with several cells', () => {
    const worse = cellOf(2, [59, 59], [51, 59]);
    // A flow of one cell could be promoted after 53 pairs, one of several after 57.
    expect(next([cellOf(1, [55, 55]), worse])).toEqual(['2.3000.1', ...both]);
    expect(next([cellOf(1, [58, 58]), worse])).toEqual(['2.3000.2', ...both]);
  });

  it('do not come last to a cell with a margin of its own before a candidate without a failure could be promoted', () => {
    const policy = { ...defaultPolicy, thresholds: [{ build: ['2.3000.1'], marginPoints: 5 }] };
    const cells = [cellOf(1, [15, 30], [30, 30]), cellOf(2, [31, 31])];
    const nextBefore = (its: Policy) => new SequentialJudge(its).nextCell(open(cells), evidenceOn(...cells));
    expect(nextBefore(defaultPolicy)?.cell.places).toEqual([placeOf(2)]);
    expect(nextBefore(policy)?.cell.places).toEqual([placeOf(1)]);
  });

  it('go on in a cell with a margin of its own until it has as many as the cap by itself', () => {
    const policy = { ...defaultPolicy, thresholds: [{ build: ['2.3000.1'], marginPoints: 5 }] };
    const cells = [cellOf(1, [80, 80]), cellOf(2, [80, 80])];
    expect(next(cells, {}, policy)).toEqual(['2.3000.1', ...both]);
    const more = [cellOf(1, [155, 160]), cellOf(2, [80, 80])];
    expect(next(more, {}, policy)).toBeUndefined();
  });

  it('are those of the baseline alone where only closed cells keep a flow from being promoted', () => {
    const fine = cellOf(1, [80, 80]);
    const [four, six] = [cellOf(2, [0, 6], [0, 4]), cellOf(3, [0, 5], [0, 4])];
    expect(next([fine, four, six])).toEqual(['2.3000.3', 'baseline']);
    expect(next([fine, four, six], { 2: [2, 0] })).toEqual(['2.3000.2', 'baseline']);
    expect(next([fine, four], { 1: [7, 0] })).toBeUndefined();
  });

  it('are none of a flow that is promoted, or that the evidence does not know', () => {
    const done = cellOf(placeOf(1, { flow: 'a' }), [80, 80]);
    const undone = cellOf(placeOf(2, { flow: 'b' }), [90, 90], [85, 90]);
    expect(next([done, undone])).toEqual(['2.3000.2', ...both]);
    const cells = [done, undone];
    const sequential = new SequentialJudge(defaultPolicy);
    const evidence = evidenceOn(...cells);
    sequential.look(evidence);
    const unknown: OpenCell = { places: [placeOf(3, { flow: 'c' })], underWay: { baseline: 0, candidate: 0 } };
    expect(sequential.nextCell([unknown], evidence)).toBeUndefined();
    expect(sequential.nextCell(open([done]), evidence)).toBeUndefined();
    expect(sequential.nextCell([unknown, ...open(cells)], evidence)?.cell.places).toEqual([undone.place]);
  });

  it('belong to a cell of several stages where one of its flows has fewest pairs', () => {
    const [long, short] = [cellOf(placeOf(1, { flow: 'a' }), [9, 9]), cellOf(placeOf(1, { flow: 'b' }), [3, 3])];
    const other = cellOf(placeOf(2, { flow: 'a' }), [5, 5]);
    const cells: OpenCell[] = [
      { places: [other.place], underWay: { baseline: 0, candidate: 0 } },
      { places: [long.place, short.place], underWay: { baseline: 0, candidate: 0 } },
    ];
    const found = new SequentialJudge(defaultPolicy).nextCell(cells, evidenceOn(long, short, other));
    expect(found?.cell).toBe(cells[1]);
  });
});

describe('a look', () => {
  const seen = (...cells: CellEvidence[]) => {
    const sequential = new SequentialJudge(defaultPolicy);
    sequential.look(evidenceOn(...cells));
    return sequential.decided && `${sequential.decided.verdict} by ${sequential.decided.rule}`;
  };

  it('decides nothing without a flow', () => {
    expect(seen()).toBeNull();
  });

  it('decides nothing for a finding before a flow is known', () => {
    const decidedOn = (code: string, blame: 'library' | 'harness') => {
      const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
      collector.addFinding(attempt('new', { outcome: 'failed', phase: 'launch', code, blame, readyMs: null }));
      const sequential = new SequentialJudge(defaultPolicy);
      sequential.look(collector.evidence());
      return sequential.decided;
    };
    expect(decidedOn('session-lost', 'library')).toBeNull();
    expect(decidedOn('provenance-mismatch', 'harness')).toBeNull();
  });

  it('of a flow is none of its cells', () => {
    const sequential = new SequentialJudge(defaultPolicy);
    const at = (first: number, second: number) => {
      sequential.look(evidenceOn(cellOf(1, [first, first]), cellOf(2, [second, second])));
      return sequential.decided?.verdict ?? null;
    };
    expect(at(19, 35)).toBeNull();
    // One cell has 20 attempts, and the flow would be promoted, but its next look is at 60.
    expect(at(20, 39)).toBeNull();
    expect(at(20, 40)).toBe('promote');
  });

  it('of one flow promotes no other flow', () => {
    const sequential = new SequentialJudge(defaultPolicy);
    const at = (a: number, b: number) => {
      const cells = [cellOf(placeOf(1, { flow: 'a' }), [a, a]), cellOf(placeOf(1, { flow: 'b' }), [b, b], [b - 3, b])];
      sequential.look(evidenceOn(...cells));
      return sequential.decided?.verdict ?? null;
    };
    expect(at(20, 100)).toBeNull();
    // The first flow reaches a look at which it is promoted; the other would be, but its next look is at 120.
    expect(at(80, 119)).toBeNull();
    expect(at(80, 120)).toBe('promote');
  });

  it('takes a flow at a look or beyond it, once', () => {
    expect(seen(cellOf(1, [53, 53]))).toBe('promote by success-rate');
    const sequential = new SequentialJudge(defaultPolicy);
    sequential.look(evidenceOn(cellOf(1, [40, 40])));
    // Would be promoted by its rate, but the next look is at 53.
    sequential.look(evidenceOn(cellOf(1, [52, 52])));
    expect(sequential.decided).toBeNull();
    sequential.look(evidenceOn(cellOf(1, [53, 53])));
    expect(sequential.decided?.verdict).toBe('promote');
  });

  it('does not change what is decided', () => {
    const sequential = new SequentialJudge(defaultPolicy);
    sequential.look(evidenceOn(cellOf(1, [53, 53])));
    const { decided } = sequential;
    sequential.look(evidenceOn(cellOf(1, [53, 53], [0, 60])));
    expect(sequential.decided).toBe(decided);
  });

  it('is repeated when the cells that kept a flow from being promoted are confirmed', () => {
    const sequential = new SequentialJudge(defaultPolicy);
    const fine = cellOf(1, [80, 80]);
    sequential.look(evidenceOn(fine, cellOf(2, [0, 12], [0, 4])));
    expect(sequential.decided).toBeNull();
    sequential.look(evidenceOn(fine, cellOf(2, [0, 13], [0, 4])));
    expect(sequential.decided?.verdict).toBe('promote');
  });

  it('goes back to pairs where a cell that was thought closed works after all', () => {
    const sequential = new SequentialJudge(defaultPolicy);
    const fine = cellOf(1, [80, 80]);
    sequential.look(evidenceOn(fine, cellOf(2, [0, 12], [0, 4])));
    const cells = [fine, cellOf(2, [1, 13], [0, 4])];
    sequential.look(evidenceOn(...cells));
    expect(sequential.decided).toBeNull();
    expect(sequential.nextCell(open(cells), evidenceOn(...cells))).toMatchObject({
      cell: { places: [placeOf(2)] },
      arms: both,
    });
  });

  it('blocks for a finding about truth at once, and for no other before the flow reaches a look', () => {
    const decidedOn = (code: 'session-lost' | 'provenance-mismatch') => {
      const collector = new EvidenceCollector({ baseline: 'old', candidate: 'new', askedAt: asOf }, defaultPolicy);
      const blame = code === 'session-lost' ? 'library' : 'harness';
      for (const each of [...attempts('old', 2, 0), ...attempts('new', 2, 0)]) collector.add(each);
      collector.add(attempt('new', { outcome: 'failed', phase: 'launch', code, blame, readyMs: null }));
      const sequential = new SequentialJudge(defaultPolicy);
      sequential.look(collector.evidence());
      return sequential.decided?.rule ?? null;
    };
    expect(decidedOn('provenance-mismatch')).toBe('hard-rules');
    expect(decidedOn('session-lost')).toBeNull();
  });

  it('of a cell with a margin of its own is one of its flow', () => {
    const policy = { ...defaultPolicy, thresholds: [{ build: ['2.3000.1'], marginPoints: 5 }] };
    const sequential = new SequentialJudge(policy);
    const at = (own: number, other: number) => {
      sequential.look(evidenceOn(cellOf(1, [own, own]), cellOf(2, [other, other])));
      return sequential.decided?.verdict ?? null;
    };
    expect(at(100, 200)).toBeNull();
    // Inside its margin, but the flow is at its cap, and the next look of the cell is at 120.
    expect(at(119, 200)).toBeNull();
    expect(at(120, 200)).toBe('promote');
  });
});
