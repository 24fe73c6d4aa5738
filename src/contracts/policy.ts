import { z } from 'zod';
import { attemptCodes, type Code } from '../codes/codes.ts';
import { phaseSchema } from './outcome.ts';
import { switchesAxisSchema } from './switch-schemas.ts';

const names = z.array(z.string().min(1)).min(1);
const errorRate = z
  .number()
  .gt(0, 'an error rate is above 0, such as 0.01 for one in a hundred')
  .lt(0.5, 'an error rate is below 0.5, such as 0.01 for one in a hundred');
/** What a policy may ask for can still be worked out exactly: the effort grows with the third power. */
const mostAttempts = 500;
const codeSchema = z.enum(attemptCodes);

const marginPoints = z
  .number()
  .gt(0, 'the margin is above 0 points: with 0, no number of attempts could ever promote')
  .lt(100, 'the margin is below 100 points')
  .describe("By how many points the candidate's success rate may lie below the baseline's and still be promoted.");
const ratioText = 'a ratio is at least 1; 1.25 allows a quarter more time';

/** Codes that say that what was measured cannot be believed, or that a rule of the data was broken: no rate makes up for them. */
export const truthCodes: readonly string[] = ['provenance-mismatch', 'constraint-violation'] satisfies Code[];

/**
 * A finding of the candidate that keeps it from being promoted whatever the rates say. Every key that is given has to match. Findings
 * about truth (`truthCodes`) block at once; findings about what a version does are compared with the baseline's in the same cell.
 */
export const hardRuleSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name such as lost-session'),
    codes: z.array(codeSchema).min(1).optional().describe('Codes of attempts that block.'),
    phases: z.array(phaseSchema).min(1).optional().describe('Phases that may not fail.'),
    flows: names.optional().describe('Only in these flows.'),
    builds: names.optional().describe('Only on these WhatsApp Web builds.'),
    conditions: names.optional().describe('Only under these conditions.'),
    switches: switchesAxisSchema
      .optional()
      .describe('Only with these switches, such as comms-in-worker=true; none for the defaults.'),
    atOnce: z
      .boolean()
      .optional()
      .describe(
        'Also blocks where the baseline works and has not shown the same, from the first finding on. Such a finding of a candidate that is as good as its baseline comes first as often as not, so falseBlock does not hold for it.',
      ),
  })
  .refine(
    (rule) => rule.codes || rule.phases,
    'a hard rule names codes or phases: without them every attempt would block',
  );
export type HardRule = z.infer<typeof hardRuleSchema>;

/** What some cells or flows are held to, where it is not what all are held to. The last entry that names a value wins. */
export const thresholdSchema = z
  .strictObject({
    flow: names.optional().describe('Only these flows.'),
    build: names.optional().describe('Only on these WhatsApp Web builds.'),
    browser: names.optional().describe('Only in these browsers.'),
    condition: names.optional().describe('Only under these conditions.'),
    switches: switchesAxisSchema
      .optional()
      .describe('Only with these switches, such as comms-in-worker=true; none for the defaults.'),
    marginPoints: marginPoints.optional(),
    timeRatio: z.number().min(1, ratioText).optional().describe('As timeToReady.ratio, for these flows. Flows only.'),
  })
  .check(({ value, issues }) => {
    const say = (message: string) => issues.push({ code: 'custom', input: value, message });
    if (value.marginPoints === undefined && value.timeRatio === undefined)
      say('a threshold gives marginPoints or timeRatio, such as { build: [2.3000.1044822804], marginPoints: 5 }');
    const isOfCells = value.build ?? value.browser ?? value.condition ?? value.switches;
    if (!isOfCells && !value.flow)
      say(
        'a threshold names flow, build, browser, condition or switches; what holds for all stands in success and timeToReady',
      );
    if (isOfCells && value.timeRatio !== undefined)
      say('timeRatio is for whole flows: times of all cells of a flow are compared together');
  });
export type Threshold = z.infer<typeof thresholdSchema>;

/** What the gate holds a candidate to: `compat-matrix/policy.yaml`. The descriptions are what editors show. */
export const policySchema = z.strictObject({
  $schema: z.string().optional(),
  schemaVersion: z.literal(1),
  name: z.string().min(1).describe('Shown in every verdict, with the hash of the whole policy.'),
  success: z.strictObject({
    marginPoints,
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
      .min(1, ratioText)
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
  flows: names
    .optional()
    .describe('The flows that are judged; all of the matrix when left out. --flow chooses others.'),
  browsers: names
    .optional()
    .describe('The browsers that are judged; all of the matrix when left out. --browser chooses others.'),
  thresholds: z.array(thresholdSchema).default([]).describe('What some flows or cells are held to instead.'),
  deadCells: z
    .strictObject({
      attempts: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(4)
        .describe('Attempts of each version after which a cell in which the baseline never succeeded is closed.'),
      beforePromoting: z
        .number()
        .int()
        .min(1)
        .max(100)
        .default(13)
        .describe(
          'Attempts of the baseline in a closed cell, all in vain, before its flow is promoted. The chance that a baseline which works 30 % of the time fails them all, 0.7 to this power, is taken from falsePromote.',
        ),
      newestBuild: z
        .enum(['warn', 'refuse'])
        .default('warn')
        .describe('What a newest build on which neither version works does: it is a warning, or nothing is promoted.'),
    })
    .prefault({}),
  calls: z
    .strictObject({
      least: z
        .number()
        .int()
        .min(1)
        .max(mostAttempts)
        .default(10)
        .describe('Calls of a method with the baseline from which the method is judged; others decide nothing.'),
      methods: z
        .array(z.string().regex(/^[A-Z]\w*\.[a-z]\w*$/, 'a method with its class, such as Client.sendMessage'))
        .min(1)
        .optional()
        .describe('Only these methods, such as Client.sendMessage; all that programs call when left out.'),
    })
    .optional()
    .describe(
      'Rollouts only: also judges each method of the library that programs call through the service, as a flow with the name of the method. Off when left out.',
    ),
  maxAgeHours: z.number().positive().describe('Older attempts do not count: WhatsApp Web has moved on since.'),
  hardRules: z
    .array(hardRuleSchema)
    .refine(
      (rules) => new Set(rules.map((rule) => rule.name)).size === rules.length,
      'two hard rules have the same name',
    )
    .describe(
      'Findings of the candidate that count whatever the rates say. What did not run as asked, or broke a constraint, blocks at once. What the version does keeps it from being promoted where the baseline works and does not show the same.',
    ),
});
export type Policy = z.infer<typeof policySchema>;
