import type { Target } from '../contracts/outcome.ts';
import type { ArmTally, HardFinding, Narrowing, Place } from '../contracts/verdict.ts';
import type { CellCounts } from './statistics/counts.ts';

/** The attempts of one arm in one cell. */
export interface ArmEvidence extends ArmTally {
  /** Attempts that did not run the version they name; they are in `infra` too. */
  mismatched: number;
  /** Milliseconds to ready of every attempt that counts; Infinity where it was not reached. */
  times: number[];
}

export interface CellEvidence {
  place: Place;
  baseline: ArmEvidence;
  candidate: ArmEvidence;
}

export interface FlowEvidence {
  flow: string;
  cells: CellEvidence[];
}

/** Everything that a verdict is made of; the order in which attempts came leaves no trace in it. */
export interface Evidence {
  baseline: string;
  candidate: string;
  asOf: string;
  narrowing?: Narrowing | undefined;
  target?: Target | undefined;
  hardFindings: HardFinding[];
  flows: FlowEvidence[];
}

/** An arm of which nothing is known. */
export function noEvidence(): ArmEvidence {
  return { attempts: 0, failures: 0, infra: 0, stale: 0, mismatched: 0, times: [] };
}

/** The cells of a flow as the statistics take them: those that both arms have. */
export function countedCells(flow: FlowEvidence): (CellEvidence & CellCounts)[] {
  return flow.cells.filter(({ baseline, candidate }) => baseline.attempts > 0 && candidate.attempts > 0);
}

/** All attempts of one arm of a flow by what was done with them. */
export function tallyArm(arms: readonly ArmTally[]): ArmTally {
  const sum: ArmTally = { attempts: 0, failures: 0, infra: 0, stale: 0 };
  for (const arm of arms) {
    sum.attempts += arm.attempts;
    sum.failures += arm.failures;
    sum.infra += arm.infra;
    sum.stale += arm.stale;
  }
  return sum;
}

/** Nothing was ever tried, not even in vain. */
export function isUntried(arm: ArmTally): boolean {
  return arm.attempts + arm.infra + arm.stale === 0;
}
