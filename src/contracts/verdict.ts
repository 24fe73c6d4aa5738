import { z } from 'zod';
import { reportedBuildSchema } from './build-origin.ts';
import { targetSchema } from './outcome.ts';
import { openNameSchema } from './prediction.ts';
import { switchValuesSchema } from './switch-schemas.ts';

/** The two sides of a comparison. */
export const arms = ['baseline', 'candidate'] as const;
export type Arm = (typeof arms)[number];

export const verdictWords = ['promote', 'block', 'inconclusive'] as const;
export const verdictWordSchema = z.enum(verdictWords);
export type VerdictWord = z.infer<typeof verdictWordSchema>;

/** What decided; each has a file of the same name in `src/gate/rules`, `live-site` in `src/gate`. */
export const verdictRules = [
  'hard-rules',
  'missing-data',
  'infra-share',
  'fast-path',
  'cells',
  'time-to-ready',
  'success-rate',
  'dead-cells',
  'in-between',
  'live-site',
] as const;
export const verdictRuleSchema = z.enum(verdictRules);
export type VerdictRule = z.infer<typeof verdictRuleSchema>;

/** The attempts of one arm by what the gate did with them. */
export const armTallySchema = z.object({
  /** Attempts that count: passed or failed, fresh, and a statement about the library. */
  attempts: z.number().int(),
  failures: z.number().int(),
  /** Spoiled by the harness or the machine: not counted. */
  infra: z.number().int(),
  /** Older than the policy allows, or begun after the verdict: not counted. */
  stale: z.number().int(),
});
export type ArmTally = z.infer<typeof armTallySchema>;

/** A cell without its library, which is what the arms differ in. */
export const placeSchema = z.object({
  build: z.string(),
  browser: z.string(),
  flow: z.string(),
  condition: z.string(),
  switches: switchValuesSchema.default({}),
  target: targetSchema,
});
export type Place = z.infer<typeof placeSchema>;

/** Failure rate of the candidate minus that of the baseline, in points: positive is worse. */
export const lossPointsSchema = z.object({
  estimate: z.number(),
  /** One-sided bound at the error rate of blocking at one look. */
  lower: z.number(),
  /** One-sided bound at the error rate of promoting at one look. */
  upper: z.number(),
});

/**
 * What a cell says. `live`: the baseline works there, at least sometimes. `dead`: neither version ever succeeded. `candidate-only`: the
 * candidate did and the baseline never. `open`: the baseline never did, and there are too few attempts to close the cell.
 */
export const livenesses = ['live', 'dead', 'candidate-only', 'open'] as const;
export const livenessSchema = z.enum(livenesses);
export type Liveness = z.infer<typeof livenessSchema>;

/** Attempts of one arm in one cell that failed in the same phase with the same code. */
export const failureSchema = z.object({
  arm: z.enum(arms),
  phase: z.string().nullable(),
  code: z.string().nullable(),
  attempts: z.number().int(),
  /** The id of one of them, the newest. */
  example: z.string(),
  /** Why the example failed, where its record is at hand. */
  cause: z
    .object({ message: z.string(), file: z.string().optional(), line: z.number().int().optional() })
    .nullable()
    .optional(),
  /** The example in the report beside the HTML page of the verdict, relative to that page, where one was written. */
  link: z.string().optional(),
});
export type Failure = z.infer<typeof failureSchema>;

export const cellFindingSchema = z.object({
  place: placeSchema,
  state: livenessSchema,
  /** The margin of this cell alone, where the policy gives it one. */
  marginPoints: z.number().optional(),
  baseline: armTallySchema,
  candidate: armTallySchema,
  /** Null when an arm has no attempt here. */
  loss: lossPointsSchema.nullable(),
  /** That the candidate fails more often here by chance alone, adjusted for the number of cells (Holm). */
  pValue: z.number().nullable(),
  /** Worse beyond doubt. */
  worse: z.boolean(),
  /** Looks worse; not promoted until more attempts tell. */
  suspect: z.boolean(),
  /** What failed, the most frequent first. */
  failures: z.array(failureSchema),
});
export type CellFinding = z.infer<typeof cellFindingSchema>;

export const timeFindingSchema = z.object({
  /** Median time to ready in milliseconds; null when the median attempt never got there. */
  medianMs: z.object({ baseline: z.number().nullable(), candidate: z.number().nullable() }),
  /** How many times as long the candidate takes; null is endless. */
  ratio: z.object({ estimate: z.number().nullable(), lower: z.number().nullable(), allowed: z.number() }),
  pValue: z.number(),
  slower: z.boolean(),
});
export type TimeFinding = z.infer<typeof timeFindingSchema>;

/** A name on which a comparison rests, where it is not known whether the build has it. */
export const openFindingSchema = openNameSchema.extend({
  place: placeSchema,
  /** The version that needs it. */
  arm: z.enum(arms),
});
export type OpenFinding = z.infer<typeof openFindingSchema>;

export const flowVerdictSchema = z.object({
  flow: z.string(),
  verdict: verdictWordSchema,
  rule: verdictRuleSchema,
  because: z.string(),
  /** Attempts per arm that have a partner in the same cell, in live cells. */
  pairs: z.number().int(),
  /** The largest planned look that is reached, the next one, and whether the cap is reached. */
  look: z.object({ reached: z.number().int().nullable(), next: z.number().int().nullable() }),
  baseline: armTallySchema,
  candidate: armTallySchema,
  loss: lossPointsSchema.nullable(),
  marginPoints: z.number(),
  /** Cells in which the baseline never succeeded, and which are in no rate. */
  closed: z.number().int(),
  /** How many times likelier plain breakage is than equality, and the value from which it blocks. */
  breakage: z.object({ ratio: z.number(), blocksFrom: z.number() }),
  time: timeFindingSchema.nullable(),
  /** One sentence for each thing that is missing before the flow can be promoted. */
  missing: z.array(z.string()),
  /** Names by which the verdict would be another one, in another state that the build may have; empty where it would not. */
  restsOn: z.array(openFindingSchema).default([]),
  cells: z.array(cellFindingSchema),
});
export type FlowVerdict = z.infer<typeof flowVerdictSchema>;

/** The baseline passes the flow in no cell, so nothing in it can get worse: it is not held against the candidate, and says nothing for it. */
export function isSetAside({ verdict, rule }: Pick<FlowVerdict, 'verdict' | 'rule'>): boolean {
  return verdict === 'promote' && rule === 'dead-cells';
}

/** The attempts of a flow that its loss is made of: those in live cells, where there are any. */
export function inRates({ cells, ...all }: Pick<FlowVerdict, Arm | 'cells'>): Record<Arm, ArmTally> {
  const live = cells.filter(({ state }) => state === 'live');
  if (live.length === 0) return all;
  const sum = (arm: Arm) =>
    live.reduce<ArmTally>(
      (total, cell) => ({
        attempts: total.attempts + cell[arm].attempts,
        failures: total.failures + cell[arm].failures,
        infra: total.infra + cell[arm].infra,
        stale: total.stale + cell[arm].stale,
      }),
      { attempts: 0, failures: 0, infra: 0, stale: 0 },
    );
  return { baseline: sum('baseline'), candidate: sum('candidate') };
}

export const hardFindingSchema = z.object({
  rule: z.string(),
  attempts: z.number().int(),
  /** Ids of the first of them. */
  examples: z.array(z.string()),
  place: placeSchema,
  code: z.string().nullable(),
  /** How often the baseline showed the same in the same cell. */
  baselineAttempts: z.number().int(),
  /**
   * `blocks`: it is about truth, or the rule blocks at once. `held`: the baseline works there and does not show it, so the candidate is not promoted. `untried`: the
   * baseline was not tried there, so nothing is decided. `compared`: the baseline shows it too, or does not work there; the rates decide.
   */
  effect: z.enum(['blocks', 'held', 'untried', 'compared']),
});
export type HardFinding = z.infer<typeof hardFindingSchema>;

/** The axes that were restricted to these values; other axes were not restricted. Only attempts on the replica count. */
export const narrowingSchema = z.partialRecord(
  z.enum(['build', 'flow', 'browser', 'condition', 'switches', 'target', 'config']),
  z.array(z.string()),
);
export type Narrowing = z.infer<typeof narrowingSchema>;

/** What must not be overlooked, whatever the verdict: one sentence each. */
export const noticeSchema = z.object({
  kind: z.enum([
    'newest-build-dead',
    'dead-flow',
    'dead-cells',
    'candidate-only',
    'baseline-only',
    'hard-finding-shared',
    'outside-plan',
    'behind-switch',
    'live-claim',
    'live-unpaired',
    'live-builds',
    'live-replica',
    'behaviours-carried-over',
  ]),
  /** Shown with the exit code too. */
  isWarning: z.boolean(),
  sentence: z.string(),
  places: z.array(placeSchema),
});
export type Notice = z.infer<typeof noticeSchema>;

/** A build with the day on which it was seen first, where that is known (ISO 8601), and its age in whole days. */
export const agedBuildSchema = z.object({
  build: z.string(),
  date: z.string().nullable(),
  ageDays: z.number().int().nullable(),
});
export type AgedBuild = z.infer<typeof agedBuildSchema>;

/** What a verdict on the live site rests on, and how much it can claim. Chances are from 0 to 1. */
export const liveClaimSchema = z.object({
  claims: z.literal('plain-breakage'),
  /** Pairs that count: both versions one after the other, on the same devices and the same build. */
  pairs: z.number().int(),
  /**
   * The builds of the pairs that count, in the sequence in which they were served: the newest one alone, unless plain breakage is seen only
   * with earlier ones and the candidate has not passed on the newest.
   */
  builds: z.array(z.string()),
  /** Pairs on earlier builds, which do not count; absent in verdicts of earlier releases, which judged the pairs of all builds together. */
  earlier: z
    .array(
      z.object({
        build: z.string(),
        pairs: z.number().int(),
        baselineFailures: z.number().int(),
        candidateFailures: z.number().int(),
      }),
    )
    .optional(),
  /** Attempts that are in no pair, by why. */
  unpaired: z.object({ buildChanged: z.number().int(), spoiled: z.number().int(), alone: z.number().int() }),
  /** Why the limits of live accounts ended the attempts, and until when; null where they did not, or only a person can change it. */
  refused: z.object({ message: z.string(), until: z.iso.datetime().nullable() }).nullable(),
  odds: z.object({
    /** How many pairs the limits allow one device in a day. */
    pairsPerDay: z.number().int(),
    baselineRate: z.number(),
    /** That as many pairs block a candidate which is as good as the baseline. */
    falseBlock: z.number(),
    /** That they block one which succeeds so many points less often. */
    blocks: z.array(z.object({ lossPoints: z.number(), chance: z.number() })),
    /** The same chances with the pairs that count; absent in verdicts of earlier releases. */
    ofPairs: z
      .object({ falseBlock: z.number(), blocks: z.array(z.object({ lossPoints: z.number(), chance: z.number() })) })
      .optional(),
    /** Pairs from which a candidate without a failure could be promoted, where rates count. */
    promotingTakes: z.number().int(),
  }),
  /** The verdict of the same comparison on a replica of the newest of the builds; null where nothing was attempted on it. Never pooled. */
  replica: z
    .object({
      build: z.string(),
      verdict: verdictWordSchema,
      because: z.string(),
      baselineAttempts: z.number().int(),
      candidateAttempts: z.number().int(),
    })
    .nullable(),
});
export type LiveClaim = z.infer<typeof liveClaimSchema>;

/** The judgement of a candidate. The same attempts, policy and `asOf` give the same bytes. */
export const verdictSchema = z.object({
  schemaVersion: z.literal(1),
  verdict: verdictWordSchema,
  rule: verdictRuleSchema,
  /** Why, in two sentences with numbers. */
  because: z.tuple([z.string(), z.string()]),
  baseline: z.string(),
  candidate: z.string(),
  /** When the newest attempt that counts began; the time of the question where none counts. */
  asOf: z.iso.datetime(),
  /** The time that the age of attempts is measured from. */
  askedAt: z.iso.datetime(),
  /** The newest build that was judged, and the day at which the data of WhatsApp Web ends. */
  newestBuild: agedBuildSchema.nullable(),
  dataEnds: agedBuildSchema.pick({ date: true, ageDays: true }).nullable(),
  /** The builds that were judged, from old to new; absent in a rollout, and in verdicts of earlier releases. */
  builds: z.array(reportedBuildSchema).optional(),
  /** Absent when everything that is known of both versions was judged. */
  narrowing: narrowingSchema.optional(),
  policy: z.object({ name: z.string(), sha256: z.string() }),
  /** Of a verdict on the live site only. */
  live: liveClaimSchema.optional(),
  hardFindings: z.array(hardFindingSchema),
  flows: z.array(flowVerdictSchema),
  notices: z.array(noticeSchema),
});
export type Verdict = z.infer<typeof verdictSchema>;
