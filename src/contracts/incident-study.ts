import { z } from 'zod';

const because = z.string().min(10);
const share = z.number().min(0).max(1);

/** A time that people take: log-normal, by its median and the value that one in twenty exceeds. */
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
 * The accounts table that a replay runs on: `old` as it was in the incident, `repaired` the same with the repair that was made at the
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
      /** Of all intents: the number was somebody's intent before. */
      sameNumberAgain: habit,
      /** Of all requests: repeated while the first code is shown. */
      asksTwice: timedHabit,
      /** Of all requests: nobody scans a code. */
      neverScans: habit,
      scans: z.strictObject({ after: spreadSchema, because }),
      /** Of those who were shown an error, or nothing at all after the scan. */
      triesAgain: timedHabit,
      /** Of those who did not scan. */
      comesBack: timedHabit,
      /** Requests of one intent. */
      requestsAtMost: count,
      /** Of the sessions that a restart has lost: linked again. */
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

/** What one replay came to. Rates are shares from 0 to 1. */
export const scenarioResultSchema = scenarioSchema.extend({
  requests: z.object({
    /** Requests that ended, one way or the other: all but those that a later one for the number replaced. */
    ended: counted,
    /** Those of them whose account was ever connected, by the history. */
    succeeded: counted,
    failed: z.object({
      /** The database refused it as a duplicate, at once or when the library reported the login. */
      refused: counted,
      /** Nobody scanned a code in time. */
      unscanned: counted,
      /** The library ended or fell silent. */
      library: counted,
      /** A restart of the service cut it off. */
      restart: counted,
    }),
  }),
  /** `succeeded` of `ended`, with the ends of its 95 % interval. */
  success: z.object({ rate: share, lower: share, upper: share }),
  /** What the query of the incident says: rows that are `authenticated` at the end, of all rows. */
  oldQueryRate: share,
  intents: z.object({ total: counted, linked: counted }),
  /** Sessions that were up before a restart of the service, and those of them that were up after it. */
  restorations: z.object({ due: counted, restored: counted }),
  /** Numbers that somebody wanted linked, and those of them that are up at the end. */
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
  /** What the replays drew from: the attempts on the replica, and how many became ready. */
  recorded: z.array(z.object({ library: z.string(), link: recorded, restore: recorded })),
  stages: z.array(studyStageSchema.omit({ because: true }).extend({ result: scenarioResultSchema })),
  targetPercent: z.object({ from: z.number(), to: z.number() }),
  /** Every combination of schema, account ids and library. */
  scenarios: z.array(scenarioResultSchema),
});
export type IncidentStudy = z.infer<typeof incidentStudySchema>;
