import type { DecisionReason, DecisionWord } from '../../contracts/rollout-decision.ts';
import { stageAt } from '../../contracts/rollout-plan.ts';
import type { ArmTally, FlowVerdict, Verdict } from '../../contracts/verdict.ts';
import { infraShare } from '../../gate/rules/infra-share.ts';
import type { RolloutRules } from './rollout-rules.ts';

export interface StepDecision {
  decision: DecisionWord;
  reason: DecisionReason;
  /** The reason as a sentence, with figures. */
  because: string;
}

/** The share of accounts that the candidate hosts, in percent, and for how many milliseconds. */
interface CurrentStep {
  percent: number;
  sinceMs: number;
}

const hourMs = 3_600_000;

/**
 * What a verdict on the traffic of a step means for the rollout. It advances only when the gate promotes the candidate, the step was
 * watched long enough, and the success rate is inside the band of the plan. A pure function.
 */
export function decideStep(verdict: Verdict, { policy, plan }: RolloutRules, step: CurrentStep): StepDecision {
  const said = verdict.because.join(' ');
  if (verdict.verdict === 'block') return { decision: 'rolled_back', reason: 'blocked', because: said };
  const least = policy.success.looks[0] as number;
  const links = verdict.flows.find(({ flow }) => flow === 'link')?.candidate ?? { attempts: 0, failures: 0 };
  const { hours, successPercent } = stageAt(plan.stages, step.sinceMs);
  const percent = (100 * (links.attempts - links.failures)) / links.attempts;
  if (links.attempts >= least && percent < successPercent.from) {
    const because = `${links.attempts - links.failures} of ${links.attempts} links with the candidate succeeded (${percent.toFixed(1)} %); hours ${hours.join(' to ')} expect ${successPercent.from} to ${successPercent.to} %.`;
    return { decision: plan.belowBand === 'hold' ? 'held' : 'rolled_back', reason: 'below-band', because };
  }
  const isWithoutBaseline = step.percent === 100 && verdict.flows.every((flow) => cannotBeCompared(flow, least));
  if (verdict.verdict === 'inconclusive' && !(isWithoutBaseline && verdict.flows.every(isBelieved(policy)))) {
    return { decision: 'held', reason: 'undecided', because: said };
  }
  if (links.attempts < least) {
    const because = `${links.attempts} links with the candidate have ended since the step began; the success rate counts from ${least} links on.`;
    return { decision: 'held', reason: 'few-links', because };
  }
  const { watchHours } = plan.steps.findLast((planned) => planned.percent <= step.percent) ?? { watchHours: 0 };
  if (step.sinceMs < watchHours * hourMs) {
    const because = `${(step.sinceMs / hourMs).toFixed(1)} h of the ${watchHours} h for which the step is watched are over. ${said}`;
    return { decision: 'held', reason: 'watching', because };
  }
  return { decision: 'advanced', reason: isWithoutBaseline ? 'watched' : 'promoted', because: said };
}

/** Too few accounts still have the baseline: there is nothing to compare with, and no account to move. */
function cannotBeCompared({ baseline }: FlowVerdict, least: number): boolean {
  return baseline.attempts < least;
}

/** True when machine and harness spoiled few enough attempts for the rate to describe the candidate. */
function isBelieved({ infra }: RolloutRules['policy']) {
  return ({ candidate }: { candidate: ArmTally }) => infraShare(candidate) <= infra.maxShare;
}
