import { z } from 'zod';
import { attemptSchema, type Cell, cellSchema } from '../contracts/attempt.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { sha256 } from '../contracts/sha256.ts';
import { traceModes } from '../contracts/trace.ts';
import type { NumberedTask } from '../runner/run-plan.ts';

/** Of runs and attempts: they name folders on every machine, and a job may come from anywhere. */
const idSchema = z.string().regex(/^[\w-]+$/);

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** What a worker gets of an attempt. */
export const jobDataSchema = z.object({
  runId: idSchema,
  /** Of the attempt. */
  id: idSchema,
  seed: z.number().int(),
  cell: cellSchema,
  trace: z.enum(traceModes).optional(),
  /** Names the captures of the run; null where it has none. */
  captures: hashSchema.nullable(),
  /** The hash of the file of the flow; left out where the flow comes with the project. */
  flow: hashSchema.optional(),
});
export type JobData = z.infer<typeof jobDataSchema>;

/** What a worker returns. */
export const jobResultSchema = z.object({
  attempt: attemptSchema,
  /** The worker that made it. */
  worker: z.string(),
});
export type JobResult = z.infer<typeof jobResultSchema>;

/** Why a job failed whose attempt was ended because its run was. */
export const interruptedReason = 'the run was interrupted';
/** Why a job failed whose lock was not renewed: the queue has words of its own for it, which may change. */
export const lostReason = 'the worker was lost';

/** What the coordinator of a run wants of the workers. */
export const runStateSchema = z.enum(['open', 'stopping']);
export type RunState = z.infer<typeof runStateSchema>;

/** The same attempt has the same id, so that the queue takes it once. */
export function jobIdOf(
  runId: string,
  { cell, number, seed, repeats }: Pick<NumberedTask, 'number' | 'seed' | 'repeats'> & { cell: Cell },
): string {
  const parts = [runId, cellKey(cell), number, seed, repeats];
  return sha256(JSON.stringify(parts));
}

/** An attempt that has to wait for an account: the worker does not wait with it. */
export class WaitsForLease extends Error {
  override name = 'WaitsForLease';
  /** Milliseconds since 1970. */
  readonly until: number;

  constructor(message: string, until: number) {
    super(message);
    this.until = until;
  }
}
