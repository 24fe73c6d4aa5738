import type { Policy } from '../contracts/policy.ts';
import type {
  ArmTally,
  CellFinding,
  FlowVerdict,
  TimeFinding,
  VerdictRule,
  VerdictWord,
} from '../contracts/verdict.ts';
import type { ErrorBudget } from './error-budget.ts';
import { countedCells, type FlowEvidence, tallyArm } from './evidence.ts';
import { explainFlow } from './explain-flow.ts';
import { finiteOrNull, inPoints, rounded } from './rounding.ts';
import { type CellJudgement, judgeCells } from './rules/cells.ts';
import { fastPath } from './rules/fast-path.ts';
import { spoiledArms } from './rules/infra-share.ts';
import { missingData } from './rules/missing-data.ts';
import { type SuccessRate, successRate } from './rules/success-rate.ts';
import { type TimeToReady, timeToReady } from './rules/time-to-ready.ts';
import { countPairs, evenCounts } from './statistics/counts.ts';
import type { Loss } from './statistics/stratified-loss.ts';

/** What the rules found, before any of them decides. */
interface Findings {
  missing: string[];
  isSpoiled: boolean;
  isBroken: boolean;
  isLookReached: boolean;
  success: SuccessRate;
  cells: CellJudgement[];
  time: TimeToReady | null;
}

/** Judges one flow out of everything that is known of it; hard rules are judged elsewhere, over all flows. */
export function judgeFlow(flow: FlowEvidence, policy: Policy, budget: ErrorBudget): FlowVerdict {
  const margin = policy.success.marginPoints / 100;
  const counted = countedCells(flow);
  const pairs = countPairs(counted);
  const tally = {
    baseline: tallyArm(flow.cells.map((cell) => cell.baseline)),
    candidate: tallyArm(flow.cells.map((cell) => cell.candidate)),
  };
  const even = counted.map(evenCounts);
  const { ratio, broken } = fastPath(even, budget.breakageFrom);
  const levels = { ...budget, promoteZ: budget.promoteZ(pairs) };
  const success = successRate(even, margin, levels);
  const cells = judgeCells(flow.cells.map(evenCounts), margin, levels);
  const time = timeToReady(counted, policy.timeToReady.ratio, budget.timeLevel);
  const missing = missingData(flow, policy.maxAgeHours);
  const { verdict, rule } = decide({
    missing,
    isSpoiled: spoiledArms(tally, policy.infra.maxShare).length > 0,
    isBroken: broken,
    isLookReached: pairs >= (policy.success.looks[0] as number),
    success,
    cells: flow.cells.length > 1 ? cells : [],
    time,
  });
  const judged: Omit<FlowVerdict, 'because'> = {
    flow: flow.flow,
    verdict,
    rule,
    pairs,
    look: lookOf(pairs, policy.success.looks),
    ...tally,
    loss: success.loss && lossPoints(success.loss),
    marginPoints: policy.success.marginPoints,
    breakage: { ratio: finiteOrNull(rounded(ratio)) ?? Number.MAX_VALUE, blocksFrom: rounded(budget.breakageFrom) },
    time: time && timeFinding(time, policy.timeToReady.ratio),
    missing,
    cells: flow.cells.map((cell, i) => cellFinding(cell, cells[i] as CellJudgement)),
  };
  return { ...judged, because: explainFlow(judged, policy) };
}

/** The first rule that has something to say decides. */
function decide(found: Findings): { verdict: VerdictWord; rule: VerdictRule } {
  if (found.isSpoiled) return { verdict: 'inconclusive', rule: 'infra-share' };
  if (found.isBroken) return { verdict: 'block', rule: 'fast-path' };
  if (found.isLookReached) {
    if (found.cells.some((cell) => cell.worse)) return { verdict: 'block', rule: 'cells' };
    if (found.time?.isSlower) return { verdict: 'block', rule: 'time-to-ready' };
    if (found.success.isWorse) return { verdict: 'block', rule: 'success-rate' };
  }
  if (found.missing.length > 0) return { verdict: 'inconclusive', rule: 'missing-data' };
  if (!found.isLookReached || !found.success.isInsideMargin) return { verdict: 'inconclusive', rule: 'success-rate' };
  // More attempts will tell whether a cell is worse, or it is slower; until then it is not promoted.
  if (found.cells.some((cell) => cell.suspect)) return { verdict: 'inconclusive', rule: 'cells' };
  if (found.time?.looksSlower) return { verdict: 'inconclusive', rule: 'time-to-ready' };
  return { verdict: 'promote', rule: 'success-rate' };
}

function lookOf(pairs: number, looks: readonly number[]): FlowVerdict['look'] {
  return { reached: looks.findLast((look) => look <= pairs) ?? null, next: looks.find((look) => look > pairs) ?? null };
}

function lossPoints({ estimate, lower, upper }: Loss): NonNullable<FlowVerdict['loss']> {
  return { estimate: inPoints(estimate), lower: inPoints(lower), upper: inPoints(upper) };
}

function cellFinding(cell: FlowEvidence['cells'][number], judged: CellJudgement): CellFinding {
  return {
    place: cell.place,
    baseline: onlyTally(cell.baseline),
    candidate: onlyTally(cell.candidate),
    loss: judged.loss && lossPoints(judged.loss),
    pValue: judged.pValue === null ? null : rounded(judged.pValue),
    worse: judged.worse,
    suspect: judged.suspect,
  };
}

function onlyTally({ attempts, failures, infra, stale }: ArmTally): ArmTally {
  return { attempts, failures, infra, stale };
}

function timeFinding({ medianMs, ratio, pValue, isSlower }: TimeToReady, allowed: number): TimeFinding {
  return {
    medianMs: {
      baseline: finiteOrNull(rounded(medianMs.baseline)),
      candidate: finiteOrNull(rounded(medianMs.candidate)),
    },
    ratio: { estimate: finiteOrNull(rounded(ratio.estimate)), lower: finiteOrNull(rounded(ratio.lower)), allowed },
    pValue: rounded(pValue),
    slower: isSlower,
  };
}
