import { z } from 'zod';
import { methodResults } from './attempt.ts';
import { switchValuesSchema } from './switches.ts';

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

/** What came of every public method of versions on builds: `wwebjs-canary methods`. */
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
});
export type MethodTable = z.infer<typeof methodTableSchema>;
