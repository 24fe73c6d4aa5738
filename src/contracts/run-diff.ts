import { z } from 'zod';
import { cellSchema } from './attempt.ts';
import { outcomeSchema } from './outcome.ts';
import { runInfoSchema } from './run.ts';

/**
 * What became different in a cell. `new`, `gone`: only one of the runs attempted it. `broke`: it passed and now fails. `mended`: the
 * other way round. `outcome`: another outcome where one of the two was spoiled. `code`, `cause`: it fails in another way. `slower`,
 * `faster`: it passes in both, beyond noise.
 */
export const cellChangeKinds = [
  'broke',
  'slower',
  'code',
  'cause',
  'outcome',
  'mended',
  'faster',
  'new',
  'gone',
] as const;
export const cellChangeKindSchema = z.enum(cellChangeKinds);
export type CellChangeKind = z.infer<typeof cellChangeKindSchema>;

/** What a run found in a cell. */
export const foundSchema = z.object({
  outcome: outcomeSchema,
  code: z.string().nullable(),
  cause: z.string().nullable(),
  passed: z.number().int(),
  attempts: z.number().int(),
  /** Median milliseconds from the start to `ready`, of attempts that passed; null when none was measured. */
  readyMs: z.number().nullable(),
});

export const changedCellSchema = cellSchema.extend({
  change: cellChangeKindSchema,
  before: foundSchema.nullable(),
  after: foundSchema.nullable(),
});
export type ChangedCell = z.infer<typeof changedCellSchema>;

/** The difference of two runs: `report diff --reporter json=FILE`. */
export const runDiffSchema = z.object({
  schemaVersion: z.literal(1),
  before: runInfoSchema,
  after: runInfoSchema,
  /** Cells that both runs attempted. */
  compared: z.number().int(),
  /** Those of them with enough attempts that passed in both to compare their times. */
  timed: z.number().int(),
  changes: z.array(changedCellSchema),
});
export type RunDiff = z.infer<typeof runDiffSchema>;
