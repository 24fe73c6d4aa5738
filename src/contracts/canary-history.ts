import { z } from 'zod';
import { cellSchema } from './attempt.ts';
import { phaseSchema } from './outcome.ts';

/** Results of versions over time, for the plots of `report history` and of the console. Times are ISO 8601 in UTC. */

const time = z.iso.datetime();
const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** Attempts of one version in one bucket. A bucket without attempts is null, never a rate of 0 or 1. */
export const ratePointSchema = z.strictObject({
  passed: count,
  failed: count,
  rate: share,
  /** Wilson's 95 % interval of the rate. */
  lower: share,
  upper: share,
});
export type RatePoint = z.infer<typeof ratePointSchema>;

export const rateSeriesSchema = z.strictObject({ library: z.string(), points: z.array(ratePointSchema.nullable()) });
export type RateSeries = z.infer<typeof rateSeriesSchema>;

/** Duration of a phase in milliseconds, of the attempts that completed it. */
export const timePointSchema = z.strictObject({ attempts: count, p50: z.number(), p95: z.number() });
export type TimePoint = z.infer<typeof timePointSchema>;

export const timeSeriesSchema = z.strictObject({
  phase: phaseSchema,
  library: z.string(),
  points: z.array(timePointSchema.nullable()),
});
export type TimeSeries = z.infer<typeof timeSeriesSchema>;

/** How the attempts of one cell ended; `code` is the most frequent one of failed attempts, else of spoiled ones. */
export const cellStateSchema = z.strictObject({
  passed: count,
  failed: count,
  infra: count,
  code: z.string().nullable(),
});
export type CellState = z.infer<typeof cellStateSchema>;

export const cellHistorySchema = z.strictObject({
  ...cellSchema.shape,
  states: z.array(cellStateSchema.nullable()),
});
export type CellHistory = z.infer<typeof cellHistorySchema>;

const runStateSchema = cellStateSchema.extend({ run: z.string(), at: time });

/** A cell whose newest run of the last 24 hours has another result than its newest run before. */
export const cellChangeSchema = z.strictObject({ ...cellSchema.shape, before: runStateSchema, now: runStateSchema });
export type CellChange = z.infer<typeof cellChangeSchema>;

export const canaryHistorySchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** As requested, e.g. `30d`. */
  window: z.string(),
  /** Starts of the buckets, oldest first. Every list of points has one entry per bucket. */
  buckets: z.array(time),
  bucketMs: z.number().positive(),
  /** End of the window; the last bucket may end later. */
  to: time,
  /**
   * Attempts in the window, and how many of them the harness or the machine spoiled; spoiled ones count in no rate and no time.
   */
  attempts: count,
  infra: count,
  /** When the newest attempt of the whole store began; null when the store has none. */
  newestAttempt: time.nullable(),
  /** Versions and builds with attempts in the store, newest first: the possible values of a question. */
  libraries: z.array(z.string()),
  builds: z.array(z.string()),
  rates: z.array(rateSeriesSchema),
  phaseTimes: z.array(timeSeriesSchema),
  cells: z.array(cellHistorySchema),
  /** Number of cells that are left out, since a person cannot look through all of them; the most recently attempted are shown. */
  cellsLeftOut: count,
  changes: z.array(cellChangeSchema),
});
export type CanaryHistory = z.infer<typeof canaryHistorySchema>;

/** The question; a list that is left out matches everything. */
export interface HistoryQuestion {
  /** e.g. `24h`, `30d`, `12w`. */
  window: string;
  libraries?: readonly string[] | undefined;
  builds?: readonly string[] | undefined;
}

/** `GET /v1/canary-history`. */
export const canaryHistoryQuery = z.strictObject({
  window: z.string().default('30d'),
  /** Exact versions and builds, separated by commas. */
  library: z.string().min(1).max(1_000).optional(),
  build: z.string().min(1).max(1_000).optional(),
});

/** The canaries of this machine, and the links of all instances over the same buckets. */
export const servedHistorySchema = canaryHistorySchema.extend({ links: z.array(rateSeriesSchema) });
export type ServedHistory = z.infer<typeof servedHistorySchema>;
