import { z } from 'zod';

/** What a missing name keeps from happening; `methods`: linking and `ready` work without it. */
export const stopsSchema = z.enum(['qr', 'authenticated', 'ready', 'probe', 'methods']);
export type Stops = z.infer<typeof stopsSchema>;

export const missingNameSchema = z.object({
  /** `WAWebCollections.Call`, a selector, or a field. */
  name: z.string(),
  stops: stopsSchema,
  /** False when the source alone does not tell whether the line is reached. */
  certain: z.boolean(),
  file: z.string(),
  line: z.number().int(),
  function: z.string(),
  /** What is known of the builds that had it. */
  history: z.array(z.string()),
});
export type MissingName = z.infer<typeof missingNameSchema>;

/** What a library's source needs and a build does not offer. Found without running anything. */
export const surfaceCheckSchema = z.object({
  schemaVersion: z.literal(1),
  library: z.string(),
  build: z.string(),
  /** The first thing that does not come, for certain; null when nothing is known to stop `ready` and the probe. */
  stops: stopsSchema.exclude(['methods']).nullable(),
  /** True when the build lies outside of what is known of builds: the check is then against the nearest known one. */
  extrapolated: z.boolean(),
  missing: z.array(missingNameSchema),
});
export type SurfaceCheck = z.infer<typeof surfaceCheckSchema>;
