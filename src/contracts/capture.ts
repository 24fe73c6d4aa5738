import { z } from 'zod';
import { archivedShapesSchema, archiveSchema, buildFileSchema, captureMethods } from './build-data.ts';
import { type Behaviours, behavioursSchema, exportKindSchema } from './surface.ts';

/** The methods by which a browser runs the page. */
export type RanMethod = Extract<(typeof captureMethods)[number], 'page' | 'account'>;

/**
 * What a capture could not read: a script that the page names and that is not there, or a script with modules that cannot be parsed (of
 * one without modules, none is named).
 */
export const captureFindingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('script-missing'), script: z.string(), message: z.string() }),
  z.strictObject({
    kind: z.literal('script-unreadable'),
    script: z.string(),
    modules: z.array(z.string()),
    message: z.string(),
  }),
]);
export type CaptureFinding = z.infer<typeof captureFindingSchema>;

/** Milliseconds from the navigation to the page on; null for what did not come. */
const timelineSchema = z.strictObject({
  /** The loader of modules. */
  loader: z.number().nullable(),
  /** `Debug.VERSION`, by which libraries take the page for usable. */
  usable: z.number().nullable(),
  qr: z.number().nullable(),
  connected: z.number().nullable(),
  synced: z.number().nullable(),
  /** The last module that was registered. */
  settled: z.number().nullable(),
});

/** How many models a collection has. */
const modelCounts = ['none', 'up to 10', 'more than 10'] as const;
export type ModelCount = (typeof modelCounts)[number];

/** Each change of the number of registered modules, looked for every 100 ms. */
const moduleCountsSchema = z.array(z.strictObject({ at: z.number(), modules: z.int() })).max(200);

const probe = <T extends z.ZodType>(value: T) =>
  z
    .discriminatedUnion('how', [
      z.strictObject({ how: z.enum(['executed', 'source']), value }),
      z.strictObject({ how: z.literal('absent') }),
    ])
    .optional();

/**
 * What is read of a page beside its behaviours, to see what changes: names of fields and events, numbers, hashes. Each has its value and how
 * it was read: in the page that ran, in its text, or not at all.
 */
const probesSchema = z.strictObject({
  /** The own field of an id in which it has its text. */
  widTextField: probe(z.string()),
  /** Names of the events that WAWebCmd's `Cmd` has listeners of; of its text, those that it names. */
  cmdEvents: probe(z.array(z.string())),
  /** Whether `Cmd.refreshQR` is a function. */
  cmdRefreshQr: probe(z.boolean()),
  /** Where `displayInfo` is: on WAWebStreamModel's `Stream`, or computed by WAWebStreamGetters. */
  displayInfo: probe(z.enum(['stream', 'getter', 'none'])),
  /** How many names StreamMode and StreamInfo of WAWebStreamModel have. */
  streamModes: probe(z.int()),
  streamInfos: probe(z.int()),
  /** Rates of logging under `clpData` of the html, by their numbers. */
  clpData: probe(z.record(z.string(), z.strictObject({ r: z.number(), s: z.number().optional() }))),
  /** Own fields `__x_...` of media data. */
  mediaDataFields: probe(z.array(z.string())),
  /** How many components the map of the page has. */
  components: probe(z.int()),
  /** How many elements have a code to scan. */
  qrCodes: probe(z.int()),
  /** The dialogs that are open: a hash of 32 bits of each heading, and how many buttons it has. */
  dialogs: probe(z.array(z.strictObject({ heading: z.string().nullable(), buttons: z.int() }))),
  /** What the document is: the application, or the page for browsers that are not supported. */
  document: probe(z.enum(['app', 'unsupported', 'other'])),
  /** Whether the content security policy lets the page evaluate text. */
  evalAllowed: probe(z.boolean()),
});
export type Probes = z.infer<typeof probesSchema>;
export type ProbeValues = {
  [K in keyof Probes]-?: Extract<NonNullable<Probes[K]>, { value: unknown }>['value'];
};
export const probeNames = Object.keys(probesSchema.shape) as (keyof Probes)[];

/** What a browser reads of a page that it runs: names, kinds, counts and times, and never a text or a value of a model. */
export const observedPageSchema = z.strictObject({
  /** By the page's own word; null where it says none. */
  build: z.string().nullable(),
  userAgent: z.string(),
  timeline: timelineSchema,
  /** Modules that were registered when the page became usable; null where that moment did not show. */
  start: z.array(z.string()).nullable(),
  /** Modules that are registered. */
  modules: z.record(
    z.string(),
    z.strictObject({
      /** Whether `require` returns the default export where there is one. */
      isEsModule: z.boolean(),
      /** Of a module whose factory has run. */
      exports: z.record(z.string(), exportKindSchema).optional(),
    }),
  ),
  /** Keys of WAWebCollections' default export, each with every `Module.export` that holds the collection; null where the module has not run. */
  collections: z
    .record(z.string(), z.strictObject({ places: z.array(z.string()), models: z.enum(modelCounts) }))
    .nullable(),
  behaviours: behavioursSchema.partial(),
  /** Values of AB props under the keys of switches. */
  values: z.record(z.string(), z.string()),
  /** Those that the page shows, `executed`. */
  probes: probesSchema,
  moduleCounts: moduleCountsSchema,
});
export type ObservedPage = z.infer<typeof observedPageSchema>;

/** How a behaviour was read: in the page that runs, in its html, headers or scripts, or not at all. */
const readingWays = ['executed', 'source', 'absent'] as const;
export type ReadingWay = (typeof readingWays)[number];
const behaviourNames = Object.keys(behavioursSchema.shape) as (keyof Behaviours)[];

/** What the data say otherwise than the page that ran. */
const driftSchema = z.strictObject({
  kind: z.enum(['behaviour', 'tier']),
  /** A behaviour, or a module. */
  name: z.string(),
  data: z.string(),
  page: z.string(),
});
export type Drift = z.infer<typeof driftSchema>;

/** What only a page that runs shows, beside the names and behaviours of the capture. */
export const ranPageSchema = z.strictObject({
  userAgent: z.string(),
  timeline: timelineSchema,
  /** Numbers of modules: registered when the page became usable, registered when no more came, and those of them that had run. */
  modules: z.strictObject({ start: z.int().nullable(), settled: z.int(), ran: z.int() }),
  /** Models by the key of their collection; empty where no account is linked. */
  models: z.record(z.string(), z.enum(modelCounts)),
  read: z.record(z.enum(behaviourNames), z.enum(readingWays)),
  /** Absent in captures of earlier releases, as are the next. */
  probes: probesSchema.optional(),
  moduleCounts: moduleCountsSchema.optional(),
  drift: z.array(driftSchema),
});
export type RanPage = z.infer<typeof ranPageSchema>;

/** The file that `surface capture` writes: names, kinds and shapes of one build's page, and never its code. */
export const captureSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('surface-capture'),
  capturedAt: z.iso.datetime(),
  method: z.enum(captureMethods),
  /** The page is one of a replica, or of something else that stood in for the live site. */
  standIn: z.literal(true).optional(),
  /** Scripts that the page names, and those that were read. */
  scripts: z.strictObject({ named: z.int(), read: z.int() }),
  findings: z.array(captureFindingSchema),
  /** Values under the key of a switch, such as `gkx 26258` in the html or `ab NAME` of an account: `true`, `false`, a word or `null`. */
  values: z.record(z.string(), z.string()),
  /** Behaviours that the page itself shows. All others are those of the nearest known build. */
  behaviours: behavioursSchema.partial(),
  /** Of registered modules, the dependencies that are not; only the page of a linked account shows them. */
  unresolved: z.record(z.string(), z.array(z.string())).optional(),
  /** Of the methods `page` and `account`. */
  ran: ranPageSchema.optional(),
  names: archiveSchema,
  shapes: archivedShapesSchema,
  /** Module -> what its definition names as needed before it runs, where it names any; absent in captures of earlier releases. */
  dependencies: z.record(z.string(), z.array(z.string())).optional(),
});
export type Capture = z.infer<typeof captureSchema>;

/** Facts of Comet builds with the archives that they name, as `surface export` writes and `surface update` reads them. */
export const exportedFactsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('surface-facts'),
  madeAt: z.iso.datetime(),
  facts: buildFileSchema,
  /** By the file name that a change gives. */
  archives: z.record(z.string(), archiveSchema),
  shapes: z.record(z.string(), archivedShapesSchema),
});
export type ExportedFacts = z.infer<typeof exportedFactsSchema>;

/** The file of `surface export`: the JSON text of facts with an Ed25519 signature of exactly that text. */
export const signedFactsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('signed-surface-facts'),
  /** The public key in SPKI form, in base64. */
  key: z.string(),
  signature: z.string(),
  facts: z.string(),
});
