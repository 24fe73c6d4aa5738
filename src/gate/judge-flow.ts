import type { Policy } from '../contracts/policy.ts';
import {
  type ArmTally,
  arms,
  type CellFinding,
  type Failure,
  type FlowVerdict,
  type OpenFinding,
  type TimeFinding,
  type VerdictRule,
  type VerdictWord,
} from '../contracts/verdict.ts';
import { errorBudget } from './error-budget.ts';
import {
  type CellEvidence,
  type Comparison,
  countedCells,
  type FlowEvidence,
  hasSucceeded,
  tallyArm,
} from './evidence/evidence.ts';
import { explainFlow } from './explain-flow.ts';
import { type CellJudgement, judgeCells } from './rules/cells.ts';
import { blockCells, isClosed, isDeadFlow, rateCells, stateOf, unconfirmedCells } from './rules/dead-cells.ts';
import { fastPath } from './rules/fast-path.ts';
import { findingsHold } from './rules/hard-rules.ts';
import { restsOn, settledCells } from './rules/in-between.ts';
import { spoiledArms } from './rules/infra-share.ts';
import { missingData } from './rules/missing-data.ts';
import { type SuccessRate, successRate } from './rules/success-rate.ts';
import { type TimeToReady, timeToReady } from './rules/time-to-ready.ts';
import { largestZ } from './statistics/any-time-quantile.ts';
import { countPairs, evenCounts } from './statistics/counts.ts';
import type { Loss } from './statistics/stratified-loss.ts';
import { flowThresholds, ownMargin } from './thresholds.ts';

/** What the rules found, before any of them decides. */
interface Findings {
  missing: string[];
  isSpoiled: boolean;
  isBroken: boolean;
  isLookReached: boolean;
  /** Enough attempts for a candidate without a failure to be promoted. */
  mayPromote: boolean;
  success: SuccessRate;
  /** Worse where the baseline works, but not if closed cells are counted in which it may work. */
  isWorseButUnconfirmed: boolean;
  cells: CellJudgement[];
  isOutsideOwnMargin: boolean;
  time: TimeToReady | null;
  hardRules: 'held' | 'untried' | null;
  /** The baseline passes it in no cell. */
  isDead: boolean;
  isUnconfirmed: boolean;
}

/**
 * Judges one flow from everything that is known of it, but for findings about truth, which are judged over all flows.
 *
 * @param comparison of all flows that are judged with it.
 */
export function judgeFlow(flow: FlowEvidence, policy: Policy, comparison: Comparison): FlowVerdict {
  const { flows } = comparison;
  const { marginPoints, timeRatio } = flowThresholds(policy, flow.flow);
  const hasSeveralCells = flow.cells.length > 1;
  const budget = errorBudget(policy, flows, { hasSeveralCells, marginPoints });
  const counted = countedCells(flow);
  const rated = rateCells(flow, comparison);
  const pairs = countPairs(rated);
  const tally = {
    baseline: tallyArm(flow.cells.map((cell) => cell.baseline)),
    candidate: tallyArm(flow.cells.map((cell) => cell.candidate)),
  };
  const { ratio, broken } = fastPath(counted.map(evenCounts), budget.breakageFrom);
  const levels = { blockZ: budget.blockZ, promoteZ: budget.promote.z(pairs) };
  const success = successRate(rated.map(evenCounts), marginPoints / 100, levels);
  // Whether it is inside the margin is asked of the cells in which it can lose something; whether it is worse, of more.
  const compared = blockCells(flow, policy.deadCells);
  const isWorseThere = successRate(compared.map(evenCounts), marginPoints / 100, levels).isWorse;
  const isUnconfirmed = unconfirmedCells(flow.cells, policy.deadCells).length > 0;
  const margins = flow.cells.map(({ place }) => ownMargin(policy, place));
  const cells = judgeCells(flow.cells.map(evenCounts), (_, i) => {
    const own = margins[i] ?? marginPoints;
    const { blockZ, cellLevel, promote } = errorBudget(policy, flows, { hasSeveralCells, marginPoints: own });
    const cell = flow.cells[i] as CellEvidence;
    const its = countPairs([cell]);
    // The level holds from `promote.from` on. A closed cell gets no more attempts, and nothing can be lost in it.
    const isTooSoon = margins[i] !== undefined && its < promote.from && hasSucceeded(cell.baseline);
    return { blockZ, cellLevel, promoteZ: isTooSoon ? largestZ : promote.z(its), margin: own / 100 };
  });
  const time = timeToReady(rated, timeRatio, budget.timeLevel);
  const missing = missingData(flow, policy, comparison);
  const decided = decide({
    missing,
    isSpoiled: spoiledArms(tally, policy.infra.maxShare).length > 0,
    isBroken: broken,
    isLookReached: countPairs(compared) >= (policy.success.looks[0] as number),
    mayPromote: pairs >= budget.promote.from,
    success: { ...success, isWorse: success.isWorse && isWorseThere },
    isWorseButUnconfirmed: success.isWorse && !isWorseThere && isUnconfirmed,
    cells: cells.filter((_, i) => hasSeveralCells || margins[i] !== undefined),
    isOutsideOwnMargin: cells.some((cell, i) => margins[i] !== undefined && !cell.isInsideMargin),
    time,
    hardRules: hardRulesIn(flow.cells),
    isDead: isDeadFlow(flow, comparison, policy.deadCells),
    isUnconfirmed,
  });
  const open = restsOn(flow, decided.verdict);
  const isOpen = open.length > 0 && !(decided.verdict === 'block' && isBlockedWithout(open, flow, policy, comparison));
  const { verdict, rule } = isOpen ? ({ verdict: 'inconclusive', rule: 'in-between' } as const) : decided;
  const judged: Omit<FlowVerdict, 'because'> = {
    flow: flow.flow,
    verdict,
    rule,
    pairs,
    look: lookOf(pairs, policy.success.looks),
    ...tally,
    loss: success.loss && lossPoints(success.loss),
    marginPoints,
    closed: flow.cells.filter((cell) => isClosed(stateOf(cell, policy.deadCells))).length,
    breakage: { ratio: finiteOrNull(rounded(ratio)) ?? Number.MAX_VALUE, blocksFrom: rounded(budget.breakageFrom) },
    time: time && timeFinding(time, timeRatio),
    missing,
    restsOn: isOpen ? open : [],
    cells: flow.cells.map((cell, i) => ({
      ...cellFinding(cell, cells[i] as CellJudgement),
      state: stateOf(cell, policy.deadCells),
      ...(margins[i] !== undefined && { marginPoints: margins[i] }),
    })),
  };
  return { ...judged, because: explainFlow(judged, flow, policy) };
}

/** A block holds where the other cells block too. */
function isBlockedWithout(
  open: readonly OpenFinding[],
  flow: FlowEvidence,
  policy: Policy,
  comparison: Comparison,
): boolean {
  const settled = settledCells(flow, open);
  return settled.cells.length > 0 && judgeFlow(settled, policy, comparison).verdict === 'block';
}

/** The first rule that has something to say decides. */
function decide(found: Findings): { verdict: VerdictWord; rule: VerdictRule } {
  const blockedBy = (rule: VerdictRule) =>
    ({ verdict: 'block', rule: found.hardRules === 'held' ? 'hard-rules' : rule }) as const;
  if (found.isSpoiled) return { verdict: 'inconclusive', rule: 'infra-share' };
  if (found.isBroken) return blockedBy('fast-path');
  if (found.isLookReached) {
    if (found.cells.some((cell) => cell.worse)) return blockedBy('cells');
    if (found.time?.isSlower) return { verdict: 'block', rule: 'time-to-ready' };
    if (found.success.isWorse) return blockedBy('success-rate');
    if (found.isWorseButUnconfirmed) return { verdict: 'inconclusive', rule: 'dead-cells' };
  }
  if (found.hardRules) return { verdict: 'inconclusive', rule: 'hard-rules' };
  if (found.missing.length > 0) return { verdict: 'inconclusive', rule: 'missing-data' };
  if (found.isDead) return { verdict: found.isUnconfirmed ? 'inconclusive' : 'promote', rule: 'dead-cells' };
  if (!found.mayPromote || !found.success.isInsideMargin) return { verdict: 'inconclusive', rule: 'success-rate' };
  // More attempts will tell whether a cell is worse, or it is slower; until then it is not promoted.
  if (found.isOutsideOwnMargin || found.cells.some((cell) => cell.suspect))
    return { verdict: 'inconclusive', rule: 'cells' };
  if (found.time?.looksSlower) return { verdict: 'inconclusive', rule: 'time-to-ready' };
  if (found.isUnconfirmed) return { verdict: 'inconclusive', rule: 'dead-cells' };
  return { verdict: 'promote', rule: 'success-rate' };
}

function hardRulesIn(cells: readonly CellEvidence[]): Findings['hardRules'] {
  const broken = cells.flatMap((cell) => Object.keys(cell.candidate.findings).map((rule) => ({ cell, rule })));
  if (broken.some(({ cell, rule }) => findingsHold(cell, rule))) return 'held';
  return broken.some(({ cell }) => cell.baseline.attempts === 0) ? 'untried' : null;
}

function lookOf(pairs: number, looks: readonly number[]): FlowVerdict['look'] {
  return { reached: looks.findLast((look) => look <= pairs) ?? null, next: looks.find((look) => look > pairs) ?? null };
}

function lossPoints({ estimate, lower, upper }: Loss): NonNullable<FlowVerdict['loss']> {
  return { estimate: inPoints(estimate), lower: inPoints(lower), upper: inPoints(upper) };
}

function cellFinding(cell: CellEvidence, judged: CellJudgement): Omit<CellFinding, 'state'> {
  return {
    place: cell.place,
    baseline: onlyTally(cell.baseline),
    candidate: onlyTally(cell.candidate),
    loss: judged.loss && lossPoints(judged.loss),
    pValue: judged.pValue === null ? null : rounded(judged.pValue),
    worse: judged.worse,
    suspect: judged.suspect,
    failures: failuresOf(cell),
  };
}

/** In an order that does not depend on that of the attempts. */
function failuresOf(cell: CellEvidence): Failure[] {
  return arms
    .flatMap((arm) =>
      [...cell[arm].failureKinds.values()].map(({ phase, code, attempts, example }) => ({
        ...{ arm, phase, code, attempts, example: example.id },
      })),
    )
    .sort(
      (a, b) => b.attempts - a.attempts || (`${a.arm} ${a.phase} ${a.code}` < `${b.arm} ${b.phase} ${b.code}` ? -1 : 1),
    );
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

/**
 * Six significant digits: enough for any reader, and few enough that the last bits of `Math.exp` and `Math.log`, which
 * engines may compute differently, do not change the bytes of a verdict.
 */
function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : value;
}

/** A fraction in points with two decimals: 0.08333 is 8.33. */
function inPoints(fraction: number): number {
  // Adding 0 turns -0 into 0.
  return Math.round(fraction * 10_000) / 100 + 0;
}

/** JSON has no Infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
