import { z } from 'zod';
import { attemptSchema, cellSchema } from './attempt.ts';
import { expectationSchema } from './matrix.ts';
import { type PlannedCell, runInfoSchema } from './run.ts';
import { traceFileName } from './trace.ts';

/** The `index`-th of `count` parts of a plan, counted from 1. */
export const shardSchema = z.object({ index: z.number().int().min(1), count: z.number().int().min(1) });
export type Shard = z.infer<typeof shardSchema>;

/** A shard with the plan that it is a part of. */
export interface ShardOfPlan {
  shard: Shard;
  whole: readonly PlannedCell[];
}

const blobPlanSchema = z.array(
  z.object({ cell: cellSchema, expectation: expectationSchema.nullable(), repeat: z.number().int().min(1) }),
);

/** The first line of a blob: what the run was and what it planned. */
export const blobHeadSchema = z.object({
  kind: z.literal('wwebjs-canary-blob'),
  schemaVersion: z.literal(1),
  run: runInfoSchema,
  interrupted: z.boolean(),
  /** Null for a run of the whole plan. */
  shard: shardSchema.nullable(),
  plan: blobPlanSchema,
  /** The plan of all shards, so that a report can name what a lost one had; absent in a run of the whole plan. */
  whole: blobPlanSchema.optional(),
});
export type BlobHead = z.infer<typeof blobHeadSchema>;

/** Every line between the first and the last: one attempt. */
export const blobAttemptSchema = z.object({
  /** Place of its cell in the plan of the head. */
  position: z.number().int().min(0),
  attempt: attemptSchema,
  /** The screenshot as base64, since the shard's disk is gone when blobs are merged. */
  screenshot: z.object({ name: z.string(), base64: z.base64() }).nullable(),
  /** The files of the trace; absent in blobs of programs that kept none. */
  trace: z.array(z.object({ name: traceFileName, base64: z.base64() })).default([]),
});
export type BlobAttempt = z.infer<typeof blobAttemptSchema>;

/** The last line. Without it, or with another count of attempts, the file is truncated. */
export const blobEndSchema = z.object({ attempts: z.number().int().min(0) });
export type BlobEnd = z.infer<typeof blobEndSchema>;
