import { z } from 'zod';
import { type Attempt, attemptSchema, type Cell, cellSchema } from './attempt.ts';
import { confidenceSchema } from './build-data.ts';
import { reportedBuildSchema } from './build-origin.ts';
import { type Expectation, expectationSchema } from './matrix.ts';

export const machineSchema = z.object({
  cpus: z.number().int(),
  memoryBytes: z.number(),
  node: z.string(),
  platform: z.string(),
});

/** The set of attempts started by one command. */
export const runInfoSchema = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  /** Null while the run is in progress, and for an interrupted run. */
  finishedAt: z.iso.datetime().nullable(),
  seed: z.number().int(),
  machine: machineSchema,
  /** What a report that was merged of some shards only lacks, one sentence each; absent when it is whole. */
  missing: z.array(z.string()).optional(),
});
export type RunInfo = z.infer<typeof runInfoSchema>;

/** How a run of the schedule ended; `cut` when it took longer than its budget. */
export const scheduledResults = ['as-expected', 'unexpected', 'trouble', 'cut'] as const;
export type ScheduledResult = (typeof scheduledResults)[number];

export const cellReportSchema = cellSchema.extend({
  expectation: expectationSchema.nullable(),
  surprise: z.boolean(),
  /** How sure the page of the build is; absent in reports without it, null where nothing is known, as on the live site. */
  confidence: confidenceSchema.nullable().optional(),
  /** Whether what the source predicts came, by phase and name; null where the two cannot be compared. */
  agreement: z.enum(['agrees', 'differs']).nullable().optional(),
  attempts: z.array(attemptSchema),
});
export type CellReport = z.infer<typeof cellReportSchema>;

export const summarySchema = z.object({
  cells: z.number().int(),
  passed: z.number().int(),
  failed: z.number().int(),
  infra: z.number().int(),
  surprises: z.number().int(),
});
export type Summary = z.infer<typeof summarySchema>;

/** The JSON report. */
export const reportSchema = z.object({
  schemaVersion: z.literal(1),
  run: runInfoSchema,
  /** From old to new; absent in reports of earlier releases. */
  builds: z.array(reportedBuildSchema).optional(),
  cells: z.array(cellReportSchema),
  summary: summarySchema,
});
export type RunReport = z.infer<typeof reportSchema>;

/** A cell of the plan, its expectation, and the number of its attempts. */
export interface PlannedCell {
  cell: Cell;
  expectation: Expectation | null;
  repeat: number;
}

/** An observer of a run. The store and every reporter implement it; the runner knows nothing else about them. */
export interface RunObserver {
  runStarted?(run: RunInfo, plan: readonly PlannedCell[], slots: number): void | Promise<void>;
  /** So many attempts are made at the same time from now on: workers of a fleet come and go. */
  slotsChanged?(slots: number): void | Promise<void>;
  attemptStarted?(attemptId: string, planned: PlannedCell): void | Promise<void>;
  /** Called once per attempt, in the sequence in which attempts end. */
  attemptEnded?(planned: PlannedCell, attempt: Attempt): void | Promise<void>;
  /** Also called for an interrupted run; `planned` minus the attempts seen is what was not run. */
  runEnded?(run: RunInfo, interrupted: boolean): void | Promise<void>;
}
