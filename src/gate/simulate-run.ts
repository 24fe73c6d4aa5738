import type { Policy } from '../contracts/policy.ts';
import type { Random } from '../contracts/seeded-random.ts';
import { type CellEvidence, countedCells, type Evidence } from './evidence.ts';
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
    const cell = judge.decided ? undefined : judge.nextCell(cells, evidence);
    if (!cell) return { verdict: judge.decided?.verdict ?? 'inconclusive', attempts: mostPairs(evidence) };
    cell.takeTurn(policy, random);
  }
}

/** The attempts per arm of the flow that has most. */
function mostPairs({ flows }: Evidence): number {
  return Math.max(...flows.map((flow) => countPairs(countedCells(flow))));
}
