import { z } from 'zod';
import { confidenceSchema } from './build-data.ts';

/** The step that a missing name stops; `methods`: linking and `ready` work without it. */
export const stopsSchema = z.enum(['qr', 'authenticated', 'ready', 'probe', 'methods']);
export type Stops = z.infer<typeof stopsSchema>;

/**
 * `absent`: the build does not have it. `lazy`: its page loads it only on request, and the library does not request it. `argument`:
 * it is called in another way. `behaviour`: it does something else.
 */
export const missingKindSchema = z.enum(['absent', 'lazy', 'argument', 'behaviour']);

export type MissingKind = z.infer<typeof missingKindSchema>;

/** A dated change of WhatsApp Web: what is known of when it came, and from where. */
export const factSchema = z.object({
  /** The first build known to have it. */
  since: z.string(),
  /** When `since` was served: `2025-08-29`, or `2025-08`. */
  date: z.string(),
  confidence: confidenceSchema,
  sources: z.array(z.string()),
});
export type Fact = z.infer<typeof factSchema>;

/** `after`: the last build known without a change, null for none. `since`: the first known with it. */
export const boundsSchema = factSchema.extend({ after: z.string().nullable() });
export type Bounds = z.infer<typeof boundsSchema>;

export const missingNameSchema = z.object({
  kind: missingKindSchema,
  /** `WAWebCollections.Call`, a selector, or a field. */
  name: z.string(),
  stops: stopsSchema,
  /** False when the source alone does not decide whether the line is reached. */
  certain: z.boolean(),
  file: z.string(),
  line: z.number().int(),
  function: z.string(),
  /** The builds that had it, as far as known. */
  history: z.array(z.string()),
  /** The change by which the build came to lack it; null where none is known. */
  fact: factSchema.nullable(),
  /** The builds between which it changed, with the checked one in between: the data has the older state. Null where it is known. */
  bounds: boundsSchema.nullable(),
});
export type MissingName = z.infer<typeof missingNameSchema>;

/** Whether a method of the library does its work on a build, as far as names tell; `unknown`: the data does not decide. */
export const methodCheckSchema = z.object({
  /** `Message.reply` */
  name: z.string(),
  status: z.enum(['works', 'broken', 'unknown']),
  /** What breaks it or is not known; empty where it works. */
  why: z.string(),
  /** Where in the library; null where it works. */
  at: z.object({ file: z.string(), line: z.number().int() }).nullable(),
});
export type MethodCheck = z.infer<typeof methodCheckSchema>;

/** The same over all values of switches; `behind-switch`: it breaks with another value than the page has, and is not known to break with that. */
export const methodStateSchema = methodCheckSchema.extend({
  status: z.enum(['works', 'broken', 'behind-switch', 'unknown']),
});
export type MethodState = z.infer<typeof methodStateSchema>;

/** What another value of a switch breaks that works with the one that the page has, in names. */
export const brokenNamesSchema = z.object({
  name: z.string(),
  value: z.string(),
  default: z.string(),
  /** How sure it is what the switch does, and from where that is known. */
  confidence: confidenceSchema,
  sources: z.array(z.string()),
  /** The first step that certainly fails only with this value; null for none. */
  stops: stopsSchema.exclude(['methods']).nullable(),
  /** Names up to the probe that are missing only with this value. */
  missing: z.array(missingNameSchema.pick({ name: true, stops: true, certain: true })),
  /** Public methods that break only with this value; not certainly where the source alone does not decide whether the line is reached. */
  methods: z.array(z.object({ name: z.string(), certain: z.boolean() })),
});
export type BrokenNames = z.infer<typeof brokenNamesSchema>;

/** The same with lines and reasons. */
export const switchBreakSchema = brokenNamesSchema.extend({
  missing: z.array(missingNameSchema),
  methods: z.array(
    z.object({
      name: z.string(),
      certain: z.boolean(),
      why: z.string(),
      at: z.object({ file: z.string(), line: z.number().int() }),
    }),
  ),
});
export type SwitchBreak = z.infer<typeof switchBreakSchema>;

/** What a library's source needs and a build does not offer. The analysis runs nothing. */
export const surfaceCheckSchema = z.object({
  schemaVersion: z.literal(1),
  library: z.string(),
  build: z.string(),
  /** The first step that certainly fails; null when nothing is known to stop `ready` and the probe. */
  stops: stopsSchema.exclude(['methods']).nullable(),
  /** True when the build is outside the known range: the check then uses the nearest known build. */
  extrapolated: z.boolean(),
  /** How sure the facts are: those of the names that stop it, else those of the names that it needs. */
  confidence: confidenceSchema,
  /** The nearest builds whose code was read: up to this one, and after it; null where there is none. */
  read: z.object({ upTo: z.string().nullable(), after: z.string().nullable() }),
  missing: z.array(missingNameSchema),
  /** Where the page was captured: the nearest build whose behaviours are known, which stand for those of this one; else null. */
  behavioursOf: z.string().nullable(),
  /** What it needs up to the probe and the build may have lost: a change that takes it away came after an older build and by a newer one. */
  restsOn: z.array(boundsSchema.extend({ name: z.string(), stops: stopsSchema })),
});
export type SurfaceCheck = z.infer<typeof surfaceCheckSchema>;
