import { z } from 'zod';

const because = z.string().min(10);
const share = z.number().min(0).max(1);

/** How long people take: log-normal, given by its median and its 95th percentile. */
export const spreadSchema = z
  .strictObject({ medianSeconds: z.number().positive(), p95Seconds: z.number().positive() })
  .refine(
    ({ medianSeconds, p95Seconds }) => medianSeconds < p95Seconds,
    'medianSeconds has to be less than p95Seconds',
  );
export type Spread = z.infer<typeof spreadSchema>;

const count = z.strictObject({ value: z.number().int().min(1), because });
const habit = z.strictObject({ share, because });
const timedHabit = z.strictObject({ share, after: spreadSchema, because });

/**
 * The accounts table that a replay runs on: `old` as it was in the incident, `repaired` the same with the repair made at the
 * time, `new` the service's own.
 */
export const studiedSchemas = ['old', 'repaired', 'new'] as const;
export const studiedSchemaSchema = z.enum(studiedSchemas);
export type StudiedSchema = z.infer<typeof studiedSchemaSchema>;

/** One replay: which accounts table, whether restoration knows the account of a session, which library. */
export const scenarioSchema = z.strictObject({
  schema: studiedSchemaSchema,
  accountIds: z.boolean(),
  library: z.string().min(1),
});
export type Scenario = z.infer<typeof scenarioSchema>;

export const studyStageSchema = scenarioSchema.extend({
  name: z.string().regex(/^[a-z][a-z-]*$/),
  projectedPercent: z.number().min(0).max(100),
  because,
});
export type StudyStage = z.infer<typeof studyStageSchema>;

/** `compat-matrix/study-incident.yaml`: the workload that is replayed, every number with its reason. */
export const incidentModelSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    build: z.string().regex(/^2\.\d{1,6}\.\d{1,12}$/, 'a WhatsApp Web build such as 2.3000.1029241508'),
    libraries: z.array(z.string().min(1)).min(1),
    attempts: z.strictObject({ link: z.number().int().min(1), restore: z.number().int().min(1), because }),
    workload: z.strictObject({ intents: count, days: count, restartEveryHours: count, killedShare: habit }),
    people: z.strictObject({
      /** Of all intents: the number had an intent before. */
      sameNumberAgain: habit,
      /** Of all requests: repeated while the first code is shown. */
      asksTwice: timedHabit,
      /** Of all requests: no code is scanned. */
      neverScans: habit,
      scans: z.strictObject({ after: spreadSchema, because }),
      /** Of the people who saw an error, or nothing after the scan. */
      triesAgain: timedHabit,
      /** Of the people who did not scan. */
      comesBack: timedHabit,
      /** Requests of one intent. */
      requestsAtMost: count,
      /** Of the sessions that a restart lost: linked again. */
      noticesLoss: timedHabit,
    }),
    stages: z.array(studyStageSchema).min(1),
    targetPercent: z.strictObject({ from: z.number().min(0).max(100), to: z.number().min(0).max(100) }),
  })
  .refine(({ libraries, stages }) => stages.every(({ library }) => libraries.includes(library)), {
    path: ['stages'],
    message: 'a stage names a library that is not in `libraries`',
  });
export type IncidentModel = z.infer<typeof incidentModelSchema>;

const counted = z.number().int().min(0);

/** The result of one replay. Rates are shares from 0 to 1. */
export const scenarioResultSchema = scenarioSchema.extend({
  requests: z.object({
    /** Requests that ended: all but those that a later request for the number replaced. */
    ended: counted,
    /** Requests whose account was ever connected, according to the history. */
    succeeded: counted,
    failed: z.object({
      /** The database refused it as a duplicate, at once or when the library reported the login. */
      refused: counted,
      /** No code was scanned in time. */
      unscanned: counted,
      /** The library ended or stopped reporting. */
      library: counted,
      /** A restart of the service interrupted it. */
      restart: counted,
    }),
  }),
  /** `succeeded` of `ended`, with its 95 % interval. */
  success: z.object({ rate: share, lower: share, upper: share }),
  /** The result of the query of the incident: the share of rows that are `authenticated` at the end. */
  oldQueryRate: share,
  intents: z.object({ total: counted, linked: counted }),
  /** Sessions that were up before a restart of the service, and how many of them were up after it. */
  restorations: z.object({ due: counted, restored: counted }),
  /** Numbers with an intent, and how many of them are up at the end. */
  numbers: z.object({ total: counted, up: counted }),
});
export type ScenarioResult = z.infer<typeof scenarioResultSchema>;

const recorded = z.object({ attempts: counted, ready: counted });

/** The JSON report of `study incident`. */
export const incidentStudySchema = z.object({
  schemaVersion: z.literal(1),
  seed: z.number().int(),
  intents: counted,
  days: counted,
  build: z.string(),
  engine: z.enum(['sqlite', 'mysql']),
  /** The attempts on the replica that the replays drew from, and how many of them became ready. */
  recorded: z.array(z.object({ library: z.string(), link: recorded, restore: recorded })),
  stages: z.array(studyStageSchema.omit({ because: true }).extend({ result: scenarioResultSchema })),
  targetPercent: z.object({ from: z.number(), to: z.number() }),
  /** Every combination of schema, account ids and library. */
  scenarios: z.array(scenarioResultSchema),
});
export type IncidentStudy = z.infer<typeof incidentStudySchema>;
