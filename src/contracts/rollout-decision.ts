import { z } from 'zod';
import { armTallySchema, lossPointsSchema, type Verdict, verdictRuleSchema, verdictWordSchema } from './verdict.ts';

/** The decision on a rollout. `advanced` from the last step ends it. */
export const decisionWords = ['advanced', 'held', 'rolled_back'] as const;
export type DecisionWord = (typeof decisionWords)[number];

/** Who decided: a person or program by request, a program by its verdict, or the service itself. */
export const decisionCauses = ['asked', 'verdict', 'judged'] as const;
export type DecisionCause = (typeof decisionCauses)[number];

/** The reason; `docs/service.md` lists the same ones. */
export const decisionReasons = {
  asked: 'A person or a program requested it.',
  promoted: 'The gate promotes the candidate, and the time of the step is over.',
  watched: 'All accounts have the candidate, the time of the step is over, and its links are inside the band.',
  blocked: 'The gate blocks the candidate.',
  undecided: 'The gate is inconclusive.',
  'few-links': 'Too few links with the candidate have ended since the step began to know their success rate.',
  'below-band': 'Fewer links with the candidate succeed than the rollout plan expects.',
  watching: 'The gate would promote, but the time of the step is not over.',
} as const;
export type DecisionReason = keyof typeof decisionReasons;
export const decisionReasonSchema = z.enum(Object.keys(decisionReasons) as [DecisionReason, ...DecisionReason[]]);

/** What a decision rests on, by flow. */
export const decisionFiguresSchema = z.array(
  z.strictObject({
    flow: z.string(),
    verdict: verdictWordSchema,
    rule: verdictRuleSchema,
    baseline: armTallySchema,
    candidate: armTallySchema,
    /** Null when an arm has no attempt. */
    loss: lossPointsSchema.nullable(),
  }),
);
export type DecisionFigures = z.infer<typeof decisionFiguresSchema>;

export function decisionFigures({ flows }: Verdict): DecisionFigures {
  return flows.map(({ flow, verdict, rule, baseline, candidate, loss }) => {
    return { flow, verdict, rule, baseline, candidate, loss };
  });
}
