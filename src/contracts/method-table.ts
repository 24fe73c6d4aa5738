import { z } from 'zod';
import { eventResults, methodResults } from './attempt.ts';
import { switchValuesSchema } from './switch-schemas.ts';

/** What came of a method of one version on one build. */
const methodCellSchema = z.object({
  /** Null where the version's type definitions do not list the method, or no attempt came so far. */
  result: z.enum(methodResults).nullable(),
  /** What went wrong, in the method or in what prepares it, or what the replica has only by name. */
  why: z.string().optional(),
  /** What the library's source and the facts of the build say of it. */
  predicted: z.enum(['works', 'broken', 'unknown']).optional(),
  /** Why it is predicted so. */
  predictedWhy: z.string().optional(),
});
export type MethodCell = z.infer<typeof methodCellSchema>;

/** The result for an event of one version on one build. */
const eventCellSchema = z.object({
  /** Null where the version's type definitions do not list the event, or no attempt came so far. */
  result: z.enum(eventResults).nullable(),
  /** Why it did not come, or what the replica has only by name. */
  why: z.string().optional(),
  /** Why the source of the library and the facts of the build say that it cannot come. */
  predictedWhy: z.string().optional(),
});
export type EventCell = z.infer<typeof eventCellSchema>;

/** The results for every public method and event of versions on builds: `wwebjs-canary methods`. */
export const methodTableSchema = z.object({
  schemaVersion: z.literal(1),
  columns: z.array(
    z.object({
      library: z.string(),
      build: z.string(),
      switches: switchValuesSchema.default({}),
      outcome: z.string(),
      why: z.string().optional(),
    }),
  ),
  /** One entry of `cells` for each column. */
  methods: z.array(z.object({ name: z.string(), cells: z.array(methodCellSchema) })),
  /** The same of events. */
  events: z.array(z.object({ name: z.string(), cells: z.array(eventCellSchema) })).default([]),
});
export type MethodTable = z.infer<typeof methodTableSchema>;
