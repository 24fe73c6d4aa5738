import { z } from 'zod';
import { outcomeSchema, phaseSchema } from './outcome.ts';
import { switchesAxisSchema } from './switch-schemas.ts';

const axis = z.array(z.string().min(1)).min(1);

/** One block of `matrix.yaml`: every combination of its axes is a cell. */
export const matrixBlockSchema = z.strictObject({
  library: axis,
  build: axis,
  browser: axis.default(['current']),
  flow: axis.default(['qr-to-ready']),
  condition: axis.default(['none']),
  switches: switchesAxisSchema.default(['none']),
});
export type MatrixBlock = z.infer<typeof matrixBlockSchema>;

export const matrixSchema = z.strictObject({ schemaVersion: z.literal(1), blocks: z.array(matrixBlockSchema).min(1) });
export type Matrix = z.infer<typeof matrixSchema>;

/** What a cell is expected to do. A surprise in either direction fails the run. */
export const expectationSchema = z.strictObject({
  outcome: outcomeSchema.exclude(['infra']),
  phase: phaseSchema.optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  link: z.string().optional(),
});
export type Expectation = z.infer<typeof expectationSchema>;

/** One entry of `expectations.yaml`. An axis that is left out matches everything; the last entry that matches a cell wins. */
export const expectationRuleSchema = z.strictObject({
  library: axis.optional(),
  build: axis.optional(),
  browser: axis.optional(),
  flow: axis.optional(),
  condition: axis.optional(),
  switches: switchesAxisSchema.optional(),
  expect: expectationSchema,
});
export type ExpectationRule = z.infer<typeof expectationRuleSchema>;

export const expectationsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  rules: z.array(expectationRuleSchema),
});
