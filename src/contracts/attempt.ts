import { z } from 'zod';
import { confidenceSchema } from './build-data.ts';
import { buildOriginSchema } from './build-origin.ts';
import { librarySourceSchema } from './library-source.ts';
import { blameSchema, outcomeSchema, phaseSchema, targetSchema } from './outcome.ts';
import { predictionSchema } from './prediction.ts';
import { factSchema } from './surface-check.ts';
import { switchValuesSchema } from './switch-schemas.ts';

/** One event of an attempt. `at` is milliseconds since the attempt began. */
export const attemptEventSchema = z.object({
  at: z.number(),
  /**
   * Source and kind: `client:<event>` (the library's own events), `page:error`, `page:console`,
   * `page:request-failed`, `page:navigated`, `page:build` (the build that the page reports), `host:unhandled-rejection`,
   * `host:warning`, `host:stderr`, `phase:<phase>`, `replica:<event>` (what the server of the replica sees of pages and phones),
   * `call:<Class.method>` (a call of the library was answered, with its duration in milliseconds), `peer:<...>` (the same of the second
   * account's client), `harness:dropped` (how many events of the middle of a long attempt were not kept).
   */
  type: z.string(),
  detail: z.unknown(),
});
export type AttemptEvent = z.infer<typeof attemptEventSchema>;

/** A stack frame that lies in an installed package. */
export const stackFrameSchema = z.object({
  package: z.string(),
  version: z.string(),
  file: z.string(),
  line: z.number().int(),
});
export type StackFrame = z.infer<typeof stackFrameSchema>;

/** The library that was requested, that is on disk, that was loaded, and that the error stacks name. */
export const provenanceSchema = z.object({
  requested: z.string(),
  installed: z.string().nullable(),
  loaded: z.string().nullable(),
  frames: z.array(stackFrameSchema),
  integrity: z.string().nullable(),
  /** Where a library that is not a release on npm came from; absent for one that is. */
  source: librarySourceSchema.optional(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** Why an attempt failed, with the proof. */
export const causeSchema = z.object({
  message: z.string(),
  /** The WhatsApp Web module that the build lacks, or that lacks `export`. */
  module: z.string().optional(),
  export: z.string().optional(),
  /** The library's own file, relative to its package, and the line in it. */
  libraryFile: z.string().optional(),
  libraryLine: z.number().int().optional(),
  /** One sentence each: quoted errors, dated build changes, source lines. */
  evidence: z.array(z.string()),
});
export type Cause = z.infer<typeof causeSchema>;

/** Milliseconds since the phase before ended; an absent phase was not reached. */
export const phaseTimingsSchema = z.partialRecord(phaseSchema, z.number().nonnegative());
export type PhaseTimings = z.infer<typeof phaseTimingsSchema>;

/** One stretch of an attempt; a phase that takes place twice has two. */
export const spanSchema = z.object({
  phase: phaseSchema,
  startedAt: z.iso.datetime(),
  ms: z.number().nonnegative(),
  /** `failed`: the attempt, or its stage, ended in it. */
  outcome: outcomeSchema,
  /** The flow of the stage that it belongs to, in an attempt with stages. */
  stage: z.string().optional(),
});
export type Span = z.infer<typeof spanSchema>;

/** A flow that an attempt did as a part of a longer one. */
export const stageSchema = z.object({
  flow: z.string(),
  outcome: outcomeSchema,
  /** Where and with what it failed, and whose fault that is; null where it passed. */
  phase: phaseSchema.nullable(),
  code: z.string().nullable(),
  blame: blameSchema.nullable(),
  /** The methods of the library that it called, by the names of `methods`. */
  methods: z.array(z.string()),
});
export type StageRecord = z.infer<typeof stageSchema>;

/** How sure the facts are that an attempt rests on: those of its build, and those that its cause cites; null where none is known. */
const confidenceOfFacts = z.object({
  build: confidenceSchema.nullable(),
  cause: confidenceSchema.nullable(),
  /** The dated changes by which the name of the cause came or went, oldest first. */
  facts: z.array(factSchema).default([]),
});

/**
 * What came of a method that a flow tried. `works`: it did what it is for, as the phone, a peer or the server saw. `failed`: it rejected, answered
 * something else or not at all. `no-effect`: it resolved, and nothing happened. `not-modelled`: the replica has a part of it only
 * by name. `not-tried`: the flow has no way to try it, or what the trial needs besides the method failed, which `why` then says.
 */
export const methodResults = ['works', 'failed', 'no-effect', 'not-modelled', 'not-tried'] as const;
export type MethodResultWord = (typeof methodResults)[number];

/** The calls of a method of the library in an attempt. */
export const methodCallsSchema = z.object({
  /** As its type definitions name it: `Client.sendMessage`. */
  name: z.string(),
  calls: z.number().int(),
  /** Calls that were refused, or answered with an error. */
  failed: z.number().int(),
  /** Of a flow that tries methods one by one. */
  result: z.enum(methodResults).optional(),
  /** What went wrong, in the method or in what prepares it, or what the replica has only by name. */
  why: z.string().optional(),
});
export type MethodCalls = z.infer<typeof methodCallsSchema>;

/**
 * The result of trying to cause an event of the library. `came`: it came and carried what caused it. `missing`: it did not, or carried
 * something else. `impossible`: nothing can cause it. `not-modelled`, `not-tried`: as of methods.
 */
export const eventResults = ['came', 'missing', 'impossible', 'not-modelled', 'not-tried'] as const;
export type EventResultWord = (typeof eventResults)[number];

export const eventTrialSchema = z.object({
  /** As its type definitions name it: `message_ack`. */
  name: z.string(),
  result: z.enum(eventResults),
  /** Why it did not come, or what the replica has only by name. */
  why: z.string().optional(),
});
export type EventTrial = z.infer<typeof eventTrialSchema>;

/** What was seen of the live site: it cannot be chosen. */
export const liveFactsSchema = z.object({
  /** The names of the live accounts that were used, that of the flow first. */
  accounts: z.array(z.string()).default([]),
  /** The builds that the page said, oldest first: more than one where the site changed in the middle of the attempt. */
  builds: z.array(z.string()),
  /** The values of the known switches of the last one, by name. */
  switches: switchValuesSchema,
  /** The library intercepted requests of the page, which can break its service worker. */
  intercepts: z.boolean(),
});
export type LiveFacts = z.infer<typeof liveFactsSchema>;

const attemptFields = z.object({
  id: z.string(),
  startedAt: z.iso.datetime(),
  seed: z.number().int(),
  outcome: outcomeSchema,
  /** The phase that failed; null when the attempt passed. */
  phase: phaseSchema.nullable(),
  /** One of the codes of `codes.ts`; null when the attempt passed. */
  code: z.string().nullable(),
  blame: blameSchema.nullable(),
  cause: causeSchema.nullable(),
  phases: phaseTimingsSchema,
  /** Oldest first; empty in records that were written without spans. */
  spans: z.array(spanSchema).default([]),
  /** What each stage of `linked-device` came to, as far as the attempt came; empty for other flows. */
  stages: z.array(stageSchema).default([]),
  confidence: confidenceOfFacts.default({ build: null, cause: null, facts: [] }),
  /**
   * What the source of the library and the data of the build said before; null where nothing did, as on the live site, and where another
   * release wrote it in another shape: what happened counts without it.
   */
  prediction: predictionSchema.nullable().catch(null),
  methods: z.array(methodCallsSchema).default([]),
  /** The events that a flow tried to cause; empty for all other flows. */
  eventTrials: z.array(eventTrialSchema).default([]),
  /** Wall time of the whole attempt in milliseconds. */
  durationMs: z.number().nonnegative(),
  events: z.array(attemptEventSchema),
  provenance: provenanceSchema,
  page: z.object({ debugVersion: z.string().nullable(), userAgent: z.string().nullable() }),
  browserVersion: z.string().nullable(),
  /** The factor for the long waits of the real service; absent when it was 1. */
  timeScale: z.number().positive().optional(),
  /** Memory of all processes of the browser when `ready` fired, in bytes. */
  browserMemoryBytes: z.number().nullable(),
  /** From where the page of its build is known; absent on the live site, and in records that were written without, or in another shape. */
  origin: buildOriginSchema.optional().catch(undefined),
  /** Of an attempt on the live site only. */
  live: liveFactsSchema.optional(),
  /** Folder of screenshot and logs, relative to the folder that holds the report or the run; null when nothing was stored. */
  artifacts: z.string().nullable(),
  /** Why evidence that there was could not be kept; absent when it was kept, or there was none. */
  artifactsMissing: z.string().optional(),
});

/** A failure has a phase, code and blame, a success has none; a report that mixes them is refused. */
const ofFailures = ['phase', 'code', 'blame'] as const;

export const attemptSchema = attemptFields.check(({ value, issues }) => {
  if (value.outcome !== 'passed') return;
  for (const key of ofFailures.filter((key) => value[key] !== null)) {
    issues.push({ code: 'custom', path: [key], input: value[key], message: 'an attempt that passed has none: null' });
  }
});
export type Attempt = z.infer<typeof attemptSchema>;

/** library x build x browser x flow x condition x switches, on a target. */
export const cellSchema = z.object({
  library: z.string(),
  build: z.string(),
  browser: z.string(),
  flow: z.string(),
  /** `none`, or the names of the conditions joined by `+`. */
  condition: z.string(),
  /** Those that do not have the default of the build; empty for the defaults. */
  switches: switchValuesSchema.default({}),
  target: targetSchema,
});
export type Cell = z.infer<typeof cellSchema>;
