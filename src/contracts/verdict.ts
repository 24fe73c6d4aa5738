import { z } from 'zod';
import { targetSchema } from './outcome.ts';

/** The two sides of a comparison. */
export const arms = ['baseline', 'candidate'] as const;
export type Arm = (typeof arms)[number];

export const verdictWords = ['promote', 'block', 'inconclusive'] as const;
export const verdictWordSchema = z.enum(verdictWords);
export type VerdictWord = z.infer<typeof verdictWordSchema>;

/** What decided; each has a file of the same name in `src/gate/rules`. */
export const verdictRules = [
  'hard-rules',
  'missing-data',
  'infra-share',
  'fast-path',
  'cells',
  'time-to-ready',
  'success-rate',
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

export const cellFindingSchema = z.object({
  place: placeSchema,
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

export const flowVerdictSchema = z.object({
  flow: z.string(),
  verdict: verdictWordSchema,
  rule: verdictRuleSchema,
  because: z.string(),
  /** Attempts per arm that have a partner in the same cell. */
  pairs: z.number().int(),
  /** The largest planned look that is reached, the next one, and whether the cap is reached. */
  look: z.object({ reached: z.number().int().nullable(), next: z.number().int().nullable() }),
  baseline: armTallySchema,
  candidate: armTallySchema,
  loss: lossPointsSchema.nullable(),
  marginPoints: z.number(),
  /** How many times likelier plain breakage is than equality, and the value from which it blocks. */
  breakage: z.object({ ratio: z.number(), blocksFrom: z.number() }),
  time: timeFindingSchema.nullable(),
  /** One sentence for each thing that is missing before the flow can be promoted. */
  missing: z.array(z.string()),
  cells: z.array(cellFindingSchema),
});
export type FlowVerdict = z.infer<typeof flowVerdictSchema>;

export const hardFindingSchema = z.object({
  rule: z.string(),
  attempts: z.number().int(),
  /** Ids of the first of them. */
  examples: z.array(z.string()),
  place: placeSchema,
  code: z.string().nullable(),
});
export type HardFinding = z.infer<typeof hardFindingSchema>;

/** The axes of which only these values were asked for; absent axes were judged as they are, and attempts on the replica only. */
export const narrowingSchema = z.partialRecord(
  z.enum(['build', 'flow', 'browser', 'condition', 'target']),
  z.array(z.string()),
);
export type Narrowing = z.infer<typeof narrowingSchema>;

/** The judgement of a candidate. The same attempts, policy and `asOf` give the same bytes. */
export const verdictSchema = z.object({
  schemaVersion: z.literal(1),
  verdict: verdictWordSchema,
  rule: verdictRuleSchema,
  /** Why, in two sentences with numbers. */
  because: z.tuple([z.string(), z.string()]),
  baseline: z.string(),
  candidate: z.string(),
  /** The time that the age of attempts is measured from. */
  asOf: z.iso.datetime(),
  /** Absent when everything that is known of both versions was judged. */
  narrowing: narrowingSchema.optional(),
  policy: z.object({ name: z.string(), sha256: z.string() }),
  hardFindings: z.array(hardFindingSchema),
  flows: z.array(flowVerdictSchema),
});
export type Verdict = z.infer<typeof verdictSchema>;
