import { z } from 'zod';
import { archivedShapesSchema, archiveSchema, buildFileSchema } from './build-data.ts';
import { behavioursSchema } from './surface.ts';

/** Where the page of a capture was read: in files, over the network without a browser, or in a browser that runs it. */
export const captureMethods = ['saved', 'network', 'page'] as const;

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

/** The file that `surface capture` writes: names, kinds and shapes of one build's page, and never its code. */
export const captureSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('surface-capture'),
  capturedAt: z.iso.datetime(),
  method: z.enum(captureMethods),
  /** Scripts that the page names, and those that were read. */
  scripts: z.strictObject({ named: z.int(), read: z.int() }),
  findings: z.array(captureFindingSchema),
  /** Values in the html under the key of a switch, such as `gkx 26258`: `true`, `false`, a word or `null`. */
  values: z.record(z.string(), z.string()),
  /** Behaviours that the page itself shows. All others are those of the nearest known build. */
  behaviours: behavioursSchema.partial(),
  names: archiveSchema,
  shapes: archivedShapesSchema,
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
