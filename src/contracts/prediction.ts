import { z } from 'zod';
import { confidenceSchema } from './build-data.ts';
import { boundsSchema, brokenNamesSchema, factSchema, methodCheckSchema, stopsSchema } from './surface-check.ts';

/** The steps that a prediction speaks of: those up to the probe. */
export const predictedPhaseSchema = stopsSchema.exclude(['methods']);
export type PredictedPhase = z.infer<typeof predictedPhaseSchema>;

/** A name that the library needs, and of which it is not known whether the build has it. */
export const openNameSchema = boundsSchema.extend({
  name: z.string(),
  /** What its absence stops. */
  stops: stopsSchema,
  /** Whether the replica, which keeps the older state, offers it. */
  offered: z.boolean(),
});
export type OpenName = z.infer<typeof openNameSchema>;

/** What of a prediction depends on changes of which it is not known whether they have reached the build, and on what WhatsApp turns on for some. */
export const doubtSchema = z.object({
  open: z.array(openNameSchema),
  /** True where it fails before the end of the probe in every state that the build may have. */
  failsAnyway: z.boolean(),
  /** What other values of switches break; absent in records that were written without. */
  switches: z.array(brokenNamesSchema).optional(),
  /** Of a build whose page was captured: the nearest build whose behaviours are known, which stand for its own; absent for any other. */
  behavioursOf: z.string().optional(),
});
export type Doubt = z.infer<typeof doubtSchema>;

/** An event of the library's client that cannot come on a build, by its name. */
export const silentEventSchema = z.object({ name: z.string(), why: z.string() });
export type SilentEvent = z.infer<typeof silentEventSchema>;

/** What the source of a library, compared with the data of a build, says of attempts there. Nothing was run for it. */
export const predictionSchema = z.object({
  /** The phase in which attempts end; null where nothing is known to stop them up to the probe. */
  phase: predictedPhaseSchema.nullable(),
  /** The missing names that end them there. */
  names: z.array(z.string()),
  /** Missing names that end them if a condition in the source holds. */
  perhaps: z.array(z.object({ phase: predictedPhaseSchema, name: z.string() })),
  /** How sure the facts are: those of the names, and of the build where none is missing. */
  confidence: confidenceSchema,
  /** The changes by which the names went, where they are known. */
  facts: z.array(factSchema.extend({ name: z.string() })),
  /** The nearest builds whose code was read, the build itself among them; null where there is none. */
  read: z.object({ upTo: z.string().nullable(), after: z.string().nullable() }),
  ...doubtSchema.shape,
  /** The library's methods that the attempt called, by their needs. */
  methods: z.array(methodCheckSchema.extend({ open: z.array(openNameSchema) })).default([]),
  /** The events of its client that cannot come; absent in records that were written without. */
  silentEvents: z.array(silentEventSchema).optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;
