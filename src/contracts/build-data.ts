import { z } from 'zod';
import { compareBuilds, parseBuild } from './build-number.ts';
import { membersSchema, parametersSchema } from './shape.ts';
import { behavioursSchema, exportKindSchema, faceSchema, tierSchema } from './surface.ts';
import { switchName, switchValue } from './switches.ts';

const buildText = z.string().regex(/^2\.\d{1,6}\.\d{1,12}$/, 'must be a full build number such as 2.3000.1032534684');
const dateText = z
  .string()
  .regex(/^\d{4}-\d{2}(-\d{2})?$/, 'must be a date such as 2025-08-29, or 2025-08 when the day is not known');
const moduleName = z.string().min(1);
const exportName = z.string().min(1);
const placeText = z.string().regex(/^[\w$.-]+\.[\w$]+$/, 'must be Module.export or Module.export.member');
const sources = z.array(z.string().min(1)).min(1);

/**
 * How it is known: `read` in the code of a real build, `reported` by a person who named the build, `inferred` from what
 * worked or broke around that time, `assumed` because the page needs something there and no source contradicts it.
 */
export const confidences = ['read', 'reported', 'inferred', 'assumed'] as const;
export const confidenceSchema = z.enum(confidences);
export type Confidence = z.infer<typeof confidenceSchema>;

/**
 * How the page of a capture was read: in files, over the network without a browser, in a browser that runs it, or in a browser that runs it
 * for a linked account.
 */
export const captureMethods = ['saved', 'network', 'page', 'account'] as const;

const archivedModuleSchema = z.strictObject({
  /** `code`: from the module; `hand-copy`: from a copy of it; `uses`: only from its use in other modules. */
  evidence: z.enum(['code', 'hand-copy', 'uses']),
  /** Null where the archive is too incomplete to tell. */
  tier: tierSchema.nullable(),
  /** The module was reached from WAWebMainWrapper, so it is at most one tier later than start. */
  tierAtMost: z.literal(2).optional(),
  exportsIncomplete: z.literal(true).optional(),
  mayBeStale: z.literal(true).optional(),
  exports: z.record(exportName, exportKindSchema),
  /** Of a lazy module: `Module.export` of calls that bring it, each with the component whose bundle it loads. */
  loaders: z.record(z.string(), z.string()).optional(),
  /** Of a lazy module: components of the page's map whose bundle brings it. */
  components: z.array(z.string()).optional(),
  /** Of a lazy module: the page requests its bundle by itself right after the login. */
  prefetched: z.literal(true).optional(),
  /** `require` returns all exports although one of them is `default`: the module is not marked as an ES module. */
  plainDefault: z.literal(true).optional(),
  /** Names of the events that the module triggers. */
  events: z.array(z.string()).optional(),
});
export type ArchivedModule = z.infer<typeof archivedModuleSchema>;

/** One file of `compat-matrix/builds/archives`: names read in the archived code of a real build. */
export const archiveSchema = z.strictObject({
  schemaVersion: z.literal(2),
  build: buildText,
  date: dateText,
  /** True when the archive has every module of the build, so that a name that is not listed did not exist. */
  complete: z.boolean(),
  /** How many modules it holds, of those that its source has or names: the ones that libraries use. */
  share: z.strictObject({ modules: z.int(), of: z.int() }),
  source: sources,
  note: z.string().optional(),
  /** Modules that the build does not have. */
  absent: z.array(moduleName),
  /** Modules that the archive does not cover. */
  unknown: z.array(moduleName),
  /** Keys of WAWebCollections' default export with `Module.export` behind each; absent when they are not in the archive. */
  collections: z.record(z.string(), z.string()).optional(),
  modules: z.record(moduleName, archivedModuleSchema),
});
export type Archive = z.infer<typeof archiveSchema>;

/** One file `archives/<revision>.shapes.json`: what is inside the exports of the archive of the same build. */
export const archivedShapesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  build: buildText,
  modules: z.record(
    moduleName,
    z.strictObject({
      members: z.record(exportName, membersSchema).optional(),
      /** Of functions by `export`, of functions inside an export by `export.member`. */
      parameters: z.record(z.string(), parametersSchema).optional(),
    }),
  ),
});
export type ArchivedShapes = z.infer<typeof archivedShapesSchema>;

/** One dated change of WhatsApp Web. */
export const buildChangeSchema = z.strictObject({
  /** The first build known to have the change. */
  since: buildText,
  /**
   * The last build known to be without it, where builds between the two may have it already; null when none is known. Without this key,
   * `since` is exact.
   */
  after: buildText.nullable().optional(),
  /** The newest build on which the change was seen, if that is not `since`. */
  seenUntil: buildText.optional(),
  date: dateText,
  /** A file of `archives`: from this build on the names are those of that archive. Applied before the other keys. */
  archive: z
    .string()
    .regex(/^\d+(\.captured)?\.json$/, 'must be a file of the folder archives, such as 1038162681.json')
    .optional(),
  /**
   * When `surface capture` read the archive. Later changes may be in it already, and then do nothing. Behaviours that it does not set are
   * those of the nearest known build.
   */
  captured: z.iso.datetime().optional(),
  /** How the page of that capture was read, and which behaviours it showed while it ran. */
  reading: z
    .strictObject({
      method: z.enum(captureMethods),
      executed: z.array(z.string()),
      /** It stood in for the live site. */
      standIn: z.literal(true).optional(),
    })
    .optional(),
  /** Values that the page of this very build had under the keys of switches. */
  values: z.record(z.string(), z.string()).optional(),
  /** Every module that archives cover was read on this build: nothing else of them had changed since the last one that was read. */
  whole: z.literal(true).optional(),
  /** Removed names: some exports, or `module` for the whole module. */
  remove: z.record(moduleName, z.union([z.array(exportName).min(1), z.literal('module')])).optional(),
  /** Added names with their kind. An added module is available from the start, unless `tier` says otherwise. */
  add: z.record(moduleName, z.record(exportName, exportKindSchema)).optional(),
  /** `prefetched` is lazy, with a bundle that the page requests by itself right after the login. */
  tier: z.record(moduleName, z.union([tierSchema, z.literal('prefetched')])).optional(),
  /** Keys of WAWebCollections' default export. */
  collections: z
    .strictObject({
      remove: z.array(z.string()).optional(),
      add: z.record(z.string(), z.string().regex(/^\w+\.\w+$/, 'must be Module.export')).optional(),
    })
    .optional(),
  /** Dependencies that come only with a loader, of modules that are registered without; an empty list removes the mark. */
  unresolved: z.record(moduleName, z.array(moduleName)).optional(),
  set: behavioursSchema.partial().optional(),
  /** Members of exports, by `Module.export`; added ones by their kind. */
  members: z
    .record(
      placeText,
      z.strictObject({
        remove: z.array(z.string()).optional(),
        add: membersSchema.omit({ extends: true, model: true, whole: true }).optional(),
      }),
    )
    .optional(),
  /** How functions are called from here on, by `Module.export` or `Module.export.method`. */
  parameters: z.record(placeText, parametersSchema).optional(),
  /** The source: `owner/name#issue`, `owner/name@commit`, or a file of a repository. */
  source: sources,
  confidence: confidenceSchema,
  note: z.string().optional(),
});
export type BuildChange = z.infer<typeof buildChangeSchema>;

/** `comet.read.json`: what `scripts/archive/read-history.ts` read on the builds between two archives of one source. */
export const readChangesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  changes: z.array(buildChangeSchema),
});

/** Keys whose value is in the html of a page. */
const isInPages = /^(gkx|qex|cr) /;

/** Something that WhatsApp turns on per request or per account, on a range of builds. */
export const buildSwitchSchema = z
  .strictObject({
    name: z.string().regex(switchName, 'must be a name such as comms-in-worker'),
    /** Where the page reads it: `gkx 18966`, `qex 5241`, `ab NAME`, `ab !NAME` for the opposite, or `cr 9486`, a dependency that the html fills in. */
    key: z
      .string()
      .regex(/^((gkx|qex|cr) \d+|ab !?\w+)$/, 'must be gkx NUMBER, qex NUMBER, cr NUMBER, ab NAME or ab !NAME')
      .optional(),
    /** The first and the last build that have it; without `to`, all newer ones. */
    from: buildText,
    to: buildText.optional(),
    values: z.array(z.string().regex(switchValue, 'must be a word such as true')).min(2),
    default: z.string(),
    /** How many public pages have each value. */
    pages: z.record(z.string(), z.int()).optional(),
    /** The behaviours that a value sets. */
    set: z.record(z.string(), behavioursSchema.partial()).optional(),
    /** Components that the map of the page does not have with a value. */
    without: z.record(z.string(), z.array(z.string())).optional(),
    source: sources,
    confidence: confidenceSchema,
    note: z.string().optional(),
  })
  .superRefine(({ key, values, default: usual, pages = {}, set = {}, without = {}, note }, context) => {
    for (const value of [usual, ...Object.keys(pages), ...Object.keys(set), ...Object.keys(without)]) {
      if (!values.includes(value)) {
        context.addIssue({ code: 'custom', path: ['values'], message: `${value} is not one of ${values.join(', ')}` });
      }
    }
    if (isInPages.test(key ?? '') && Object.keys(pages).length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['pages'],
        message: 'pages say the value: count how many public pages have each',
      });
    }
    if (Object.keys(pages).length === 0 && note === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['note'],
        message: 'says from where the default is, where no page shows it',
      });
    }
    const most = Math.max(0, ...Object.values(pages));
    if ((pages[usual] ?? 0) < most) {
      context.addIssue({
        code: 'custom',
        path: ['default'],
        message: `the default is the value that the most pages have, not ${usual}`,
      });
    }
  });
export type BuildSwitch = z.infer<typeof buildSwitchSchema>;

/** A YAML file of `compat-matrix/builds`: everything known about one face of WhatsApp Web, oldest change first. */
export const buildFileSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    face: faceSchema,
    /** The oldest and the newest known build. */
    known: z.strictObject({
      from: buildText,
      to: buildText,
      /** When WhatsApp Web served the newest known build. */
      date: dateText.optional(),
      /** The newest build whose behaviours are known, where captures show names of newer ones. */
      behaviours: buildText.optional(),
    }),
    changes: z.array(buildChangeSchema).min(1),
    switches: z.array(buildSwitchSchema).optional(),
  })
  .superRefine(({ changes, switches = [] }, context) => {
    for (const [i, each] of switches.entries()) {
      if (switches.slice(0, i).some((other) => other.name === each.name && overlap(other, each))) {
        context.addIssue({
          code: 'custom',
          path: ['switches', i, 'from'],
          message: `${each.name} has another entry for some of these builds`,
        });
      }
    }
    for (const [i, { since, after, seenUntil, confidence, archive }] of changes.entries()) {
      const previous = changes[i - 1]?.since;
      if (after && compareBuilds(parseBuild(after), parseBuild(since)) >= 0) {
        context.addIssue({
          code: 'custom',
          path: ['changes', i, 'after'],
          message: `${after} is not older than ${since}, the first build that has the change`,
        });
      }
      if (seenUntil && compareBuilds(parseBuild(seenUntil), parseBuild(since)) <= 0) {
        context.addIssue({
          code: 'custom',
          path: ['changes', i, 'seenUntil'],
          message: `${seenUntil} is not newer than ${since}, the first build that has the change`,
        });
      }
      if (confidence === 'inferred' && after === undefined && !archive && since !== changes[0]?.since) {
        context.addIssue({
          code: 'custom',
          path: ['changes', i, 'after'],
          message: 'an inferred change needs the last build known to be without it',
        });
      }
      if (previous && compareBuilds(parseBuild(previous), parseBuild(since)) > 0) {
        context.addIssue({
          code: 'custom',
          path: ['changes', i, 'since'],
          message: `${since} is older than ${previous} of the change before it; changes go from old to new`,
        });
      }
    }
  });
/** True when a build is in the range of both switches. */
function overlap(a: BuildSwitch, b: BuildSwitch): boolean {
  const startsBefore = (one: BuildSwitch, end: string | undefined) =>
    end === undefined || compareBuilds(parseBuild(one.from), parseBuild(end)) <= 0;
  return startsBefore(a, b.to) && startsBefore(b, a.to);
}

/** `dates.json`: the first build of each day that a public page is kept of, by revision. */
export const buildDatesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  source: sources,
  comet: z.record(z.string().regex(/^\d+$/), z.string().regex(/^\d{4}-\d{2}-\d{2}$/)),
});

export type BuildFile = z.infer<typeof buildFileSchema>;
