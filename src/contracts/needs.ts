import { z } from 'zod';
import { parametersSchema } from './shape.ts';
import { faceSchema } from './surface.ts';

/**
 * When a piece of page code runs: on the way to the first `qr`, on the way to `authenticated` or `ready`, when a method of the
 * library is called (`method:Client.sendMessage`), or when something happens later (`event:change:ack`).
 */
export const needStageSchema = z.string().regex(/^(qr|authenticated|ready|(method|event):.+)$/);
export type NeedStage = z.infer<typeof needStageSchema>;

/** Something in the page: a module, an export of it, a member of that export. */
export const pagePlaceSchema = z.object({
  /** `name`: `window.require(name)`. `raid`: the first module that a moduleRaid query finds, e.g. `Socket` or `default.Chat`. */
  by: z.enum(['name', 'raid']),
  name: z.string(),
  export: z.string().nullable(),
  members: z.array(z.string()),
});
export type PagePlace = z.infer<typeof pagePlaceSchema>;

/** The fields that all builds give an id: a function that takes an object with other names does not take an id in its place. */
export const widFields: readonly string[] = ['_serialized', 'device', 'server', 'user'];

export const needSchema = z.object({
  /** What has to exist. Several places where modules are spread into one object: any of them suffices. */
  places: z.array(pagePlaceSchema).min(1),
  /** What the code does with it; `touch` only keeps the value. */
  use: z.enum(['touch', 'read', 'call', 'construct', 'assign', 'spread']),
  /** The member that the code reads, calls or assigns. */
  member: z.string().nullable(),
  /** The arguments of a call, an id as an object with `widFields`; null for other uses, and where a spread hides them. */
  args: parametersSchema.nullable(),
  /** True when the code throws at this point if the place is undefined. */
  throws: z.boolean(),
  /** True when try/catch, `?.` or a test of the same place keeps the throw from happening or from mattering. */
  guarded: z.boolean(),
  /** True when the source alone does not decide whether this point is reached. */
  conditional: z.boolean(),
  /** Page faces for which this code runs. */
  faces: z.array(faceSchema).min(1),
  /** Builds for which this code runs, where the library compares `Debug.VERSION`: from `since`, below `before`. */
  since: z.string().nullable(),
  before: z.string().nullable(),
  stage: needStageSchema,
  /** Relative to the package. */
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  /** The named function around it, e.g. `ExposeStore`, `Client.inject`, `window.WWebJS.sendSeen`. */
  function: z.string(),
  /** The expression as it stands in the source. */
  source: z.string(),
});
export type Need = z.infer<typeof needSchema>;

/** Something that the library waits for, without an error when it never comes. */
export const awaitedSchema = z.object({
  kind: z.enum(['selector', 'expression', 'event']),
  /** The selector, the polled expression, or `<place> <event>`, e.g. `WAWebSocketModel.Socket change:hasSynced`. */
  text: z.string(),
  /** The client events that follow from it, when that is known: `qr`, `authenticated`, `ready`, `loading_screen`. */
  leadsTo: z.array(z.string()),
  faces: z.array(faceSchema).min(1),
  stage: needStageSchema,
  file: z.string(),
  line: z.number().int(),
  function: z.string(),
});
export type Awaited = z.infer<typeof awaitedSchema>;

/** A call of a global of the library's own that nothing has set when the code runs: the library sets it on other pages only, or never. */
export const unsetGlobalSchema = z.object({
  /** `compareWwebVersions` */
  name: z.string(),
  faces: z.array(faceSchema).min(1),
  stage: needStageSchema,
  conditional: z.boolean(),
  file: z.string(),
  line: z.number().int(),
  function: z.string(),
});
export type UnsetGlobal = z.infer<typeof unsetGlobalSchema>;

/** Everything that one library release needs from the page, read from its source. */
export const needsSchema = z.object({
  schemaVersion: z.literal(1),
  library: z.string(),
  needs: z.array(needSchema),
  awaited: z.array(awaitedSchema),
  unsetGlobals: z.array(unsetGlobalSchema),
  /** Own fields of message keys that the library reads, each with the first line that does. */
  messageKeyFields: z.array(z.object({ field: z.string(), file: z.string(), line: z.number().int() })),
});
export type Needs = z.infer<typeof needsSchema>;
