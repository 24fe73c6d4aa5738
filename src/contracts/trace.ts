import { z } from 'zod';

/** Of which attempts a trace is kept; `on`: of every one, with a screenshot per span. */
export const traceModes = ['off', 'failed', 'on'] as const;
export type TraceMode = (typeof traceModes)[number];

/** One request of the page that is over. Bodies, headers and the values of a query are never kept. */
export const tracedRequestSchema = z.object({
  /** Milliseconds since the attempt began. */
  at: z.number(),
  ms: z.number().nonnegative(),
  method: z.string(),
  url: z.string(),
  /** As the browser names it: `document`, `script`, `xhr`, ... */
  type: z.string(),
  /** Null when there was no answer. */
  status: z.number().nullable(),
  /** What went over the wire, or the length of the body by its own header; null where neither is known. */
  bytes: z.number().nullable(),
  /** Why it failed; null when it did not. */
  error: z.string().nullable(),
});
export type TracedRequest = z.infer<typeof tracedRequestSchema>;

/** A name that leads nowhere else. */
export const traceFileName = z.string().regex(/^(trace\/)?[\w-]+\.\w+$/);

/** How the page was at one moment. Files are relative to the folder of the attempt. */
const snapshotSchema = z.object({
  at: z.number(),
  /** Place in the spans of the attempt; null for a failure outside of any. */
  span: z.number().int().nullable(),
  dom: traceFileName.nullable(),
  screenshot: traceFileName.nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** What a trace adds to the record of its attempt: `trace.json` in the folder of the attempt. */
export const traceSchema = z.object({
  schemaVersion: z.literal(1),
  /** Oldest first by their end. */
  requests: z.array(tracedRequestSchema),
  /** How many requests of the middle of a long attempt were not kept. */
  droppedRequests: z.number().int(),
  snapshots: z.array(snapshotSchema),
  droppedSnapshots: z.number().int(),
});
export type Trace = z.infer<typeof traceSchema>;

/** The file of the trace in the folder of an attempt. */
export const traceFile = 'trace.json';
