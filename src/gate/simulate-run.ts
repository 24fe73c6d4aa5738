import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { type Arm, arms } from '../contracts/verdict.ts';
import { type CellEvidence, comparisonOf, type Evidence } from './evidence/evidence.ts';
import { rateCells } from './rules/dead-cells.ts';
import { SequentialJudge } from './sequential-judge.ts';
import { evidenceOf, type Simulated, SimulatedCell, type Truth } from './simulated-cell.ts';
import { countPairs } from './statistics/counts.ts';

/**
 * One comparison from the first attempt to the verdict, as `gate --run` makes it, by the same judge.
 *
 * @param truths one per cell. @param known what was seen before, one per cell.
 */
export function simulateRun(
  truths: readonly Truth[],
  policy: Policy,
  random: Random,
  known: readonly CellEvidence[] = [],
): Simulated {
  const judge = new SequentialJudge(policy);
  const cells = truths.map((truth, i) => new SimulatedCell(truth, i, known[i]));
  const evidence = evidenceOf(cells);
  for (;;) {
    judge.look(evidence);
    const next = judge.decided ? undefined : judge.nextCell(cells, evidence);
    if (!next) {
      const made = { attempts: mostAttempts(evidence), pairs: mostPairs(evidence) };
      return { verdict: judge.decided?.verdict ?? 'inconclusive', ...made };
    }
    next.cell.takeTurn(policy, random, next.arms);
  }
}

/** The attempts per arm of the flow that has most; of the arm that has more. */
function mostAttempts({ flows }: Evidence): number {
  const ofArm = (cells: readonly CellEvidence[], arm: Arm) => cells.reduce((sum, cell) => sum + cell[arm].attempts, 0);
  return Math.max(...flows.flatMap(({ cells }) => arms.map((arm) => ofArm(cells, arm))));
}

function mostPairs(evidence: Evidence): number {
  const comparison = comparisonOf(evidence);
  return Math.max(...evidence.flows.map((flow) => countPairs(rateCells(flow, comparison))));
}
