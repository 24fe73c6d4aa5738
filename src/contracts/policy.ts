import { z } from 'zod';
import { attemptCodes } from '../codes/codes.ts';
import { phaseSchema } from './outcome.ts';

const names = z.array(z.string().min(1)).min(1);
const errorRate = z
  .number()
  .gt(0, 'an error rate is above 0, such as 0.01 for one in a hundred')
  .lt(0.5, 'an error rate is below 0.5, such as 0.01 for one in a hundred');
/** What a policy may ask for can still be worked out exactly: the effort grows with the third power. */
const mostAttempts = 500;
const codeSchema = z.enum(attemptCodes);

/** A finding of the candidate that blocks it whatever the rates say. Every key that is given has to match. */
export const hardRuleSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name such as lost-session'),
    codes: z.array(codeSchema).min(1).optional().describe('Codes of attempts that block.'),
    phases: z.array(phaseSchema).min(1).optional().describe('Phases that may not fail.'),
    flows: names.optional().describe('Only in these flows.'),
    builds: names.optional().describe('Only on these WhatsApp Web builds.'),
    conditions: names.optional().describe('Only under these conditions.'),
  })
  .refine(
    (rule) => rule.codes || rule.phases,
    'a hard rule names codes or phases: without them every attempt would block',
  );
export type HardRule = z.infer<typeof hardRuleSchema>;

/** What the gate holds a candidate to: `compat-matrix/policy.yaml`. The descriptions are what editors show. */
export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  name: z.string().min(1).describe('Shown in every verdict, with the hash of the whole policy.'),
  success: z.strictObject({
    marginPoints: z
      .number()
      .gt(0, 'the margin is above 0 points: with 0, no number of attempts could ever promote')
      .lt(100, 'the margin is below 100 points')
      .describe("By how many points the candidate's success rate may lie below the baseline's and still be promoted."),
    looks: z
      .array(
        z
          .number()
          .int()
          .positive()
          .max(mostAttempts, `at most ${mostAttempts} attempts per arm: so many already find a loss of a few points`),
      )
      .min(1)
      .refine(
        (looks) => looks.every((look, i) => i === 0 || look > (looks[i - 1] as number)),
        'looks go from few to many attempts',
      )
      .describe('Attempts per arm at which `gate --run` judges the rates. The last one is the cap.'),
    falseBlock: errorRate.describe(
      'Chance of blocking a candidate that is as good as the baseline, over all cells and flows, however often is asked.',
    ),
    falsePromote: errorRate.describe(
      'Chance of promoting a candidate that is worse by exactly the margin, however often is asked.',
    ),
  }),
  timeToReady: z.strictObject({
    ratio: z
      .number()
      .min(1, 'a ratio is at least 1; 1.25 allows a quarter more time')
      .describe('Blocks when the candidate surely takes more than this many times as long.'),
    falseBlock: errorRate.describe(
      'Chance of blocking a candidate that takes exactly `ratio` times as long, however often is asked.',
    ),
  }),
  infra: z.strictObject({
    maxShare: z
      .number()
      .min(0)
      .max(1)
      .describe(
        'Above this share of attempts that the machine or the harness spoiled, in either arm, nothing is decided by rates.',
      ),
    requeues: z.number().int().min(0).max(10).describe('How often `gate --run` repeats a spoiled attempt.'),
  }),
  maxAgeHours: z.number().positive().describe('Older attempts do not count: WhatsApp Web has moved on since.'),
  hardRules: z
    .array(hardRuleSchema)
    .refine(
      (rules) => new Set(rules.map((rule) => rule.name)).size === rules.length,
      'two hard rules have the same name',
    )
    .describe('One such finding of the candidate blocks, whatever the rates say.'),
});
export type Policy = z.infer<typeof policySchema>;
