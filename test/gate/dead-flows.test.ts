import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/contracts/policy.ts';
import { seededRandom } from '../../src/contracts/seeded-random.ts';
import { isSetAside } from '../../src/contracts/verdict.ts';
import type { CellEvidence, Evidence } from '../../src/gate/evidence/evidence.ts';
import { judge } from '../../src/gate/judge.ts';
import { SequentialJudge } from '../../src/gate/sequential-judge.ts';
import { simulateRun } from '../../src/gate/simulate-run.ts';
import { evidenceOf, SimulatedCell } from '../../src/gate/simulated-cell.ts';
import { exitWords } from '../../src/report/verdict/verdict-words.ts';
import { cellOf, placeOf, type Rate } from './cell-of.ts';
import { attempts, defaultPolicy, verdictOn } from './evidence-of.ts';

const groups = { flow: 'group-life' };
const fine = [...attempts('old', 80, 0), ...attempts('new', 80, 0)];

/** Decides within 15 pairs, so that many runs take little time. */
const quick: Policy = {
  ...defaultPolicy,
  success: { marginPoints: 30, looks: [5, 15, 20], falseBlock: 0.1, falsePromote: 0.2 },
};

function evidenceWith(...cells: CellEvidence[]): Evidence {
  const flows = [...Map.groupBy(cells, ({ place }) => place.flow)].map(([flow, its]) => ({ flow, cells: its }));
  return { ...evidenceOf([new SimulatedCell({ success: { baseline: 1, candidate: 1 } }, 0)]), flows };
}

describe('a flow that the baseline passes nowhere', () => {
  it('is set aside beside flows that it passes, with a warning that names it', () => {
    const verdict = verdictOn([...fine, ...attempts('old', 0, 13, groups), ...attempts('new', 0, 4, groups)]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('promote by success-rate');
    const [dead, rated] = verdict.flows;
    expect(dead).toMatchObject({ flow: 'group-life', verdict: 'promote', rule: 'dead-cells', pairs: 0, loss: null });
    expect(dead?.because).toBe(
      'baseline 0 of 13, candidate 0 of 4 in 1 cell: the baseline passes it nowhere, so it decides nothing.',
    );
    expect(rated && isSetAside(rated)).toBe(false);
    expect(verdict.because[0]).toMatch(/^qr-to-ready: /);
    expect(verdict.because[1]).toContain('2 flows, of which 1 would be promoted and 1 decides nothing');
    const [warning] = verdict.notices.filter(({ kind }) => kind === 'dead-flow');
    expect(warning).toMatchObject({
      isWarning: true,
      sentence: 'group-life: the baseline passes it nowhere, so it decides nothing.',
    });
    expect(exitWords(verdict)).toContain('group-life: the baseline passes it nowhere');
  });

  it('is set aside too where the candidate passes it, which needs no rate', () => {
    const verdict = verdictOn([...fine, ...attempts('old', 0, 13, groups), ...attempts('new', 3, 1, groups)]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.notices.map(({ kind }) => kind).toSorted()).toEqual(['candidate-only', 'dead-flow']);
  });

  it.each([
    ['has not failed often enough', 12, 4, 'dead-cells', 'the baseline failed fewer than 13 times'],
    ['has too few attempts of the candidate', 13, 3, 'missing-data', 'The baseline has not succeeded yet'],
    ['was never tried with the candidate', 13, 0, 'missing-data', 'The candidate was never tried'],
  ])('holds a promotion while it %s', (_, baseline, candidate, rule, why) => {
    const its = [...attempts('old', 0, baseline, groups), ...attempts('new', 0, candidate, groups)];
    const verdict = verdictOn([...fine, ...its]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe(`inconclusive by ${rule}`);
    expect(verdict.because[0]).toContain(why);
  });

  it('promotes nothing by itself: where no version passes any flow, nothing is known', () => {
    const nothing = ['a', 'b'].flatMap((flow) => [
      ...attempts('old', 0, 20, { flow }),
      ...attempts('new', 0, 20, { flow }),
    ]);
    const verdict = verdictOn(nothing);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by missing-data');
    expect(verdict.notices.map(({ kind }) => kind)).not.toContain('dead-flow');
  });

  it('hides no loss in another flow', () => {
    const its = [...attempts('old', 0, 13, groups), ...attempts('new', 4, 0, groups)];
    const broken = [...attempts('old', 80, 0), ...attempts('new', 40, 40)];
    expect(verdictOn([...broken, ...its]).verdict).toBe('block');
  });

  it('changes no verdict on other flows, whatever the candidate does in it', () => {
    const rate = fc.integer({ min: 1, max: 40 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(fc.array(fc.tuple(rate, rate), { minLength: 1, maxLength: 4 }), rate, (cells, [passed, tried]) => {
        const others = cells.map(([baseline, candidate], n) => cellOf(placeOf(n), baseline as Rate, candidate as Rate));
        fc.pre(
          others.some(({ baseline }) => baseline.attempts > baseline.failures) && tried >= quick.deadCells.attempts,
        );
        const verdict = judge(evidenceWith(...others, cellOf(placeOf(9, groups), [0, 13], [passed, tried])), quick);
        const beside = judge(evidenceWith(...others, cellOf(placeOf(9, groups), [500, 500])), quick);
        expect([verdict.verdict, verdict.flows[0]?.verdict]).toEqual([beside.verdict, beside.flows[0]?.verdict]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('gate --run with flows that the baseline passes nowhere', () => {
  const run = (passing: readonly (readonly boolean[])[], policy: Policy) => {
    const truths = passing.flatMap((cells, flow) =>
      cells.map((passes) => ({
        success: { baseline: passes ? 1 : 0, candidate: passes ? 1 : 0 },
        flow: `flow-${flow}`,
      })),
    );
    return simulateRun(truths, policy, seededRandom(1));
  };

  it('promotes a version against itself, whatever it passes, unless it passes nothing', () => {
    const cells = fc.array(fc.boolean(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 4 }), (passing) => {
        const works = passing.flat().includes(true);
        expect(run(passing, quick).verdict).toBe(works ? 'promote' : 'inconclusive');
      }),
      { numRuns: 60 },
    );
  });

  it('takes 13 attempts of the baseline and 4 of the candidate in a dead flow, after all pairs of other flows', () => {
    const truth = (flow: string, passes: number) => ({ success: { baseline: passes, candidate: passes }, flow });
    const cells = [truth('a', 1), truth('b', 0)].map((each, i) => new SimulatedCell(each, i));
    const sequential = new SequentialJudge(defaultPolicy);
    const evidence = evidenceOf(cells);
    const taken: string[] = [];
    for (;;) {
      sequential.look(evidence);
      const next = sequential.decided ? undefined : sequential.nextCell(cells, evidence);
      if (!next) break;
      taken.push(`${next.cell.evidence.place.flow} ${next.arms.join(' ')}`);
      next.cell.takeTurn(defaultPolicy, seededRandom(taken.length), next.arms);
    }
    expect(sequential.decided?.verdict).toBe('promote');
    expect(taken.filter((each) => each === 'b baseline candidate')).toHaveLength(4);
    expect(taken.slice(-9)).toEqual(Array.from({ length: 9 }, () => 'b baseline'));
    expect(taken.filter((each) => each === 'b baseline')).toHaveLength(9);
  });

  it('compares by rates a flow in which the baseline passes after all', () => {
    const flows = [
      { success: { baseline: 1, candidate: 1 }, flow: 'a' },
      { success: { baseline: 0.3, candidate: 0 }, flow: 'b' },
    ];
    const verdicts = Array.from({ length: 30 }, (_, i) => simulateRun(flows, defaultPolicy, seededRandom(i)).verdict);
    expect(verdicts).not.toContain('promote');
  });
});
