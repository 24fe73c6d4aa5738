import { z } from 'zod';
import { missingNameSchema, stopsSchema } from './surface-check.ts';

const stepSchema = stopsSchema.exclude(['methods']).nullable();
const namesSchema = z.array(z.string());
const countSchema = z.strictObject({ removed: z.int(), added: z.int() });

/** What a build changes for one version, by its source: what it needs and the builds offer. */
export const versionChangeSchema = z.strictObject({
  library: z.string(),
  /** The first step that certainly fails on the earlier build and on this one; null for none. */
  stops: z.strictObject({ before: stepSchema, after: stepSchema }),
  /** Names that it needs, that the earlier build offered, and that this one does not offer at the time. */
  missing: z.array(missingNameSchema.pick({ kind: true, name: true, stops: true, certain: true })),
  /** Names that were missing on the earlier build and are not on this one. */
  found: namesSchema,
  /** Public methods that break on this build and did not on the earlier one, those that work again, and those that perhaps break. */
  lost: namesSchema,
  regained: namesSchema,
  doubtful: namesSchema,
});
export type VersionChange = z.infer<typeof versionChangeSchema>;

/** What the attempts of a version did in one flow. */
const triedFlowSchema = z.strictObject({
  library: z.string(),
  flow: z.string(),
  passed: z.int(),
  failed: z.int(),
  /** Attempts that say nothing about the version on this build. */
  spoiled: z.int(),
  code: z.string().nullable(),
  cause: z.string().nullable(),
});
export type TriedFlow = z.infer<typeof triedFlowSchema>;

/** Attempts on a replica of the build, or on the live site. */
const triedSchema = z.strictObject({
  /** The run with the attempts; null where none was made. */
  run: z.string().nullable(),
  /** Why attempts were not made, or not all of them; null where they were. */
  note: z.string().nullable(),
  flows: z.array(triedFlowSchema),
});
export type Tried = z.infer<typeof triedSchema>;

/** What one build of the live site changes: one finding per build. */
export const buildFindingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  build: z.string(),
  /** The day on which it was served: `2026-11-29`. */
  date: z.string(),
  /** The build with which it is compared: the one that was served before, else the newest of which anything is known. */
  before: z.string(),
  capture: z.strictObject({
    file: z.string(),
    /** True when every module of the page was read. */
    complete: z.boolean(),
    modules: z.int(),
    /** What could not be read. */
    findings: z.int(),
    /** The page is one of a replica, or of something else that stood in for the live site. */
    standIn: z.literal(true).optional(),
  }),
  /** How many names changed, whether a version needs them or not. */
  changed: z.strictObject({ modules: countSchema, exports: countSchema, collections: countSchema, tiers: z.int() }),
  /** Behaviours that the page shows and of which the data says otherwise. */
  drift: z.array(z.strictObject({ behaviour: z.string(), data: z.string(), seen: z.string() })),
  versions: z.array(versionChangeSchema),
  /** Versions that could not be installed or read, and are in no other part of the finding. */
  unread: z.array(z.strictObject({ library: z.string(), why: z.string() })).default([]),
  /** On a replica of the capture; null until it was tried. */
  replayed: triedSchema.nullable(),
  /** On the live site; null until it was tried. */
  live: triedSchema.nullable(),
  /** Versions with the flows that passed on a replica of the build before, or on the live site with it, and do not with this one. */
  worse: z.array(
    z.strictObject({ library: z.string(), flow: z.string(), on: z.enum(['replica', 'live']).default('replica') }),
  ),
});
export type BuildFinding = z.infer<typeof buildFindingSchema>;

/** True where the build takes something from a version, by its source or by its attempts. */
export function takesSomething({ versions, worse }: Pick<BuildFinding, 'versions' | 'worse'>): boolean {
  return worse.length > 0 || versions.some((version) => losesSomething(version));
}

/** True where all of the page and every version was read, and the attempts on a replica say something of every version in every flow. */
export function isWhole({ capture, unread, replayed }: Pick<BuildFinding, 'capture' | 'unread' | 'replayed'>): boolean {
  if (!capture.complete || unread.length > 0 || replayed === null || replayed.run === null || replayed.note !== null)
    return false;
  return replayed.flows.every(({ passed, failed }) => passed + failed > 0);
}

/** True for a version that loses a method or a step up to the probe. */
export function losesSomething({ stops, lost }: VersionChange): boolean {
  return lost.length > 0 || isEarlier(stops.after, stops.before);
}

/** Whether a version stops at an earlier step than before; `null` is no stop at all. */
export function isEarlier(after: VersionChange['stops']['after'], before: VersionChange['stops']['before']): boolean {
  const rank = (step: VersionChange['stops']['after']) => (step === null ? steps.length : steps.indexOf(step));
  return rank(after) < rank(before);
}

const steps: readonly string[] = stopsSchema.options;
