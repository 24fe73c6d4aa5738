import { targets } from '../contracts/outcome.ts';
import { type DecisionReason, decisionReasons, decisionWords } from '../contracts/rollout-decision.ts';
import { rolloutStates } from '../contracts/service-states.ts';
import { verdictWords } from '../contracts/verdict.ts';
import { type Family, family } from './family.ts';

const reasonsOfDecisions = Object.keys(decisionReasons) as DecisionReason[];

/** What the gate decided and where a rollout is. */
export const decisionFamilies = {
  gateVerdict: family({
    name: 'wwebjs_gate_verdict',
    type: 'gauge',
    help: 'The newest verdict on a candidate, on everything known of both versions: 1 for this verdict, 0 for the others',
    labels: { baseline: 'any', candidate: 'any', verdict: verdictWords, target: targets },
    limit: 300,
  }),
  gateVerdictTime: family({
    name: 'wwebjs_gate_verdict_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest verdict on a candidate was given',
    labels: { baseline: 'any', candidate: 'any' },
    limit: 100,
  }),
  gateLoss: family({
    name: 'wwebjs_gate_loss_points',
    type: 'gauge',
    help: 'Failure rate of the candidate minus that of the baseline in the newest verdict, in points, with its interval',
    labels: { baseline: 'any', candidate: 'any', flow: 'any', bound: ['estimate', 'lower', 'upper'] },
    limit: 600,
  }),
  rolloutPercent: family({
    name: 'wwebjs_rollout_percent',
    type: 'gauge',
    help: 'Part of the accounts that the candidate of the newest rollout hosts',
    labels: { baseline: 'any', candidate: 'any', state: rolloutStates },
    limit: 10,
  }),
  rolloutStepTime: family({
    name: 'wwebjs_rollout_step_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest rollout made its last step',
    labels: { baseline: 'any', candidate: 'any' },
    limit: 10,
  }),
  rolloutDecisionTime: family({
    name: 'wwebjs_rollout_decision_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest decision on the newest rollout was made, which one, and why',
    labels: { baseline: 'any', candidate: 'any', decision: decisionWords, reason: reasonsOfDecisions },
    limit: 50,
  }),
  rolloutExpected: family({
    name: 'wwebjs_rollout_expected_ratio',
    type: 'gauge',
    help: 'Between which success rates of links the candidate of the active rollout is expected in its present stage',
    labels: { candidate: 'any', bound: ['lower', 'upper'] },
    limit: 10,
  }),
} as const satisfies Record<string, Family>;
