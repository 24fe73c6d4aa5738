import { z } from 'zod';
import { type Attempt, type Cell, cellSchema } from './attempt.ts';
import { doubtOf } from './doubt-of.ts';
import { blameSchema, outcomeSchema, phaseSchema } from './outcome.ts';
import { doubtSchema } from './prediction.ts';
import { readyMsOf } from './ready-ms.ts';

/** The part of an attempt that the gate judges, from the store, a report file or the service's own traffic. */
export const judgedAttemptSchema = z.object({
  id: z.string(),
  cell: cellSchema,
  /** The build that the page reported, where the cell does not name it; hard rules may depend on it. */
  ranOn: z.string().optional(),
  startedAt: z.iso.datetime(),
  outcome: outcomeSchema,
  phase: phaseSchema.nullable(),
  code: z.string().nullable(),
  blame: blameSchema.nullable(),
  /** Milliseconds from the start to `ready`; null when it was not reached, or, of an attempt that passed, not measured. */
  readyMs: z.number().nullable(),
  /** What is not known of the build and matters to the library; null where nothing was predicted, absent where it is read apart. */
  doubt: doubtSchema.nullable().optional(),
});
export type JudgedAttempt = z.infer<typeof judgedAttemptSchema>;

/** Attempts of one cell that the store counted, since none of them needs a separate look. */
export interface PassedAttempts {
  cell: Cell;
  /** Attempts that are too old or have a time in the future, whatever their outcome. */
  stale: number;
  /** Other attempts that passed. */
  passed: number;
  /** When the newest of those began, ISO 8601; null when there is none. */
  newest: string | null;
  /** Milliseconds to `ready` of the measured ones among them, to the tenth, in any sequence. */
  readyMs: readonly number[];
}

/** The part of a whole attempt record that is judged. */
export function judgedAttempt(cell: Cell, attempt: Attempt): JudgedAttempt {
  const { id, startedAt, outcome, phase, code, blame, prediction } = attempt;
  const doubt = prediction && doubtOf(prediction);
  return { id, cell, startedAt, outcome, phase, code, blame, readyMs: readyMsOf(attempt.phases), doubt };
}
