import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Target } from '../../contracts/outcome.ts';
import type { Doubt } from '../../contracts/prediction.ts';
import type {
  AgedBuild,
  ArmTally,
  HardFinding,
  LiveClaim,
  Narrowing,
  Place,
  Verdict,
} from '../../contracts/verdict.ts';
import type { CellCounts } from '../statistics/counts.ts';

/** Attempts of one arm in one cell that failed alike. */
export interface FailureKind {
  phase: string | null;
  code: string | null;
  attempts: number;
  /** The newest of them. */
  example: { id: string; startedAt: string };
}

/** The attempts of one arm in one cell. */
export interface ArmEvidence extends ArmTally {
  /** Attempts that did not run the version they name; they are in `infra` too. */
  mismatched: number;
  /** Milliseconds to ready of every attempt that counts; Infinity where it was not reached. */
  times: number[];
  /** Attempts that break a hard rule about what a version does, by the name of the rule. */
  findings: Record<string, number>;
  /** By phase and code. */
  failureKinds: Map<string, FailureKind>;
  /** What is not known of the build, by the newest attempt. */
  doubt?: { of: Doubt | null; by: Pick<JudgedAttempt, 'id' | 'startedAt'> } | undefined;
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

/** A finding of the candidate that breaks a hard rule, before it is compared. */
export interface FoundFinding extends Omit<HardFinding, 'effect'> {
  /** The cell that it counts in, as `placeKey` names it: that of a rollout is the same on all builds. */
  cellKey: string;
}

/** What is known of attempts on the live site besides their outcomes. */
export interface LiveEvidence extends Omit<LiveClaim, 'claims' | 'odds'> {
  /** How many pairs the limits of live accounts allow one device in a day. */
  pairsPerDay: number;
}

/** Everything that a verdict is made of; the order in which attempts came leaves no trace in it. */
export interface Evidence {
  baseline: string;
  candidate: string;
  /** The time that the age of attempts is measured from. */
  askedAt: string;
  /** When the newest attempt that counts began; null when none counts. */
  newestAttempt: string | null;
  newestBuild?: AgedBuild | undefined;
  dataEnds?: Verdict['dataEnds'] | undefined;
  narrowing?: Narrowing | undefined;
  /** See `GateQuestion`. */
  findingsBlock?: boolean | undefined;
  target?: Target | undefined;
  /** Of attempts on the live site, which are in pairs here. */
  live?: LiveEvidence | undefined;
  hardFindings: FoundFinding[];
  flows: FlowEvidence[];
  /** Cells that are not in the plan, and in no rate, but in which the candidate failed. */
  outside: CellEvidence[];
}

/** What the judgement of one flow takes from all flows that are judged together. */
export interface Comparison {
  /** How many there are: they share the chance of a wrong block. */
  flows: number;
  /** The baseline passed at least once, in any of them. */
  baselineWorks: boolean;
}

export function comparisonOf({ flows }: Pick<Evidence, 'flows'>): Comparison {
  return {
    flows: flows.length,
    baselineWorks: flows.some(({ cells }) => cells.some(({ baseline }) => hasSucceeded(baseline))),
  };
}

/** An arm without data. */
export function noEvidence(): ArmEvidence {
  return {
    attempts: 0,
    failures: 0,
    infra: 0,
    stale: 0,
    mismatched: 0,
    times: [],
    findings: {},
    failureKinds: new Map(),
  };
}

/** The cells of a flow that both arms have attempts in that count. */
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

export function hasSucceeded({ attempts, failures }: Pick<ArmTally, 'attempts' | 'failures'>): boolean {
  return attempts > failures;
}
