import { z } from 'zod';
import { captureMethods } from './build-data.ts';
import { targetSchema } from './outcome.ts';

/**
 * From where the names of a build are known. `capture`: its page was captured. `archive`: its code was read. `changes`: dated changes since
 * another build whose code was read. `guess`: it is outside of the known builds, and the nearest one stands for it.
 */
export const nameSources = ['capture', 'archive', 'changes', 'guess'] as const;

/**
 * From where a behaviour is known. `seen-live`: the page of the live site showed it while it ran. `text`: it is in the html, the headers or the
 * scripts of a page. `stand-in`: a page that stood in for the live site showed it. `data`: dated changes say so. `chosen`: a switch that
 * the command chose sets it.
 */
export const behaviourSources = ['seen-live', 'text', 'stand-in', 'data', 'chosen'] as const;

const behavioursOfOneBuildSchema = z.object({
  from: z.enum(behaviourSources),
  /** The build that is known to have them. With another one than the build itself, they are carried over. */
  build: z.string(),
  /** When that one was served, or its page was captured: `2026-11-29`; null where that is not known. */
  date: z.string().nullable(),
  names: z.array(z.string()).min(1),
});
export type BehavioursOfOneBuild = z.infer<typeof behavioursOfOneBuildSchema>;

/** From where it is known what the page of a build does: what attempts on a replica of it rest on. */
export const buildOriginSchema = z.object({
  build: z.string(),
  /** When it was served: `2026-11-29`; null where that is not known. */
  date: z.string().nullable(),
  names: z.object({
    from: z.enum(nameSources),
    /** The build whose page or code was read, and when it was served; null where there is none. */
    build: z.string().nullable(),
    date: z.string().nullable(),
    /** Of a capture. */
    capture: z
      .object({
        /** When it was made, in ISO form. */
        at: z.iso.datetime(),
        /** Null where that was not written down. */
        method: z.enum(captureMethods).nullable(),
        complete: z.boolean(),
        /** True for the page of a replica or of anything else that stood in for the live site. */
        standIn: z.boolean(),
      })
      .nullable(),
  }),
  /** Every behaviour once. */
  behaviours: z.array(behavioursOfOneBuildSchema),
});
export type BuildOrigin = z.infer<typeof buildOriginSchema>;

/** What attempts on the live site came to whose page was of one build from the start to the end. Spoiled ones do not count. */
export const liveTriedSchema = z.object({
  build: z.string(),
  passed: z.int(),
  failed: z.int(),
  /** Their versions, each once. */
  libraries: z.array(z.string()),
  /** When the last of them began; null for none. */
  newestAt: z.iso.datetime().nullable(),
});
export type LiveTried = z.infer<typeof liveTriedSchema>;

/** A build of a report or a verdict: how old it is, from where it is known, and what of it was seen live. */
export const reportedBuildSchema = z.object({
  build: z.string(),
  date: z.string().nullable(),
  /** Whole days from `date` to the end of the run, or to the question; null where the date is not known. */
  ageDays: z.int().nullable(),
  /** Whether its attempts were made on a replica of it, or on the live site itself. */
  target: targetSchema,
  /** Null on the live site, where nothing else counts, and where none of its attempts says it. */
  origin: buildOriginSchema.nullable(),
  /** Attempts of all stored runs on the live site; null where no store was asked. */
  live: liveTriedSchema.nullable(),
});
export type ReportedBuild = z.infer<typeof reportedBuildSchema>;
