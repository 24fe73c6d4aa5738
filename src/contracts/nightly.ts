import { z } from 'zod';
import { cellSchema } from './attempt.ts';
import { exitCode } from './exit-code.ts';
import { matrixFile } from './home.ts';
import { expectationSchema } from './matrix.ts';
import { parseYamlFile } from './yaml-file.ts';

const minuteMs = 60_000;
const names = z.array(z.string().min(1)).min(1);

/** `nightly.yaml`. A part that is left out is not done; the report always is. */
export const nightlySchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Minutes in the file, milliseconds once read. */
  budget: z
    .number()
    .gt(0, 'the budget is in minutes, up to 1440')
    .max(1440, 'the budget is in minutes, up to 1440')
    .transform((minutes) => minutes * minuteMs),
  capture: z.boolean().default(false),
  check: z.boolean().default(false),
  run: z
    .strictObject({
      /** A matrix file in place of `compat-matrix/matrix.yaml`. */
      matrix: z.string().min(1).optional(),
      repeat: z.int().min(1).max(10_000).default(1),
    })
    .optional(),
  gate: z
    .strictObject({
      /** What the project installs, else the newest version of the matrix, when left out. */
      baseline: z.string().min(1).optional(),
      /** Versions before a release are judged too. */
      prereleases: z.boolean().default(false),
      policy: z.string().min(1).optional(),
      flow: names.optional(),
      build: names.optional(),
    })
    .optional(),
  live: z.strictObject({ library: names.optional(), flow: names.optional(), account: names.optional() }).optional(),
  /** As `--reporter` of `run`; `{night}` stands for the folder of the night. */
  report: z.string().min(1).default('list'),
  webhook: z
    .url({ protocol: /^https?$/, error: 'it has to be an address such as https://hooks.example.com/canary' })
    .optional(),
});
export type Nightly = z.output<typeof nightlySchema>;

/** @throws InputError naming file, line and key. */
export function readNightly(file = matrixFile('nightly.yaml')): Nightly {
  return parseYamlFile(file, nightlySchema);
}

const stepResultSchema = z.object({
  exit: z.literal(Object.values(exitCode)),
  /** What came of it. */
  sentence: z.string(),
  /** More lines, such as what is not as expected. */
  details: z.array(z.string()),
});
/** How a step ended. */
export type StepResult = z.infer<typeof stepResultSchema>;

const stepSchema = <Name extends string, Shape extends z.core.$ZodLooseShape>(step: Name, shape: Shape) =>
  z.object({ step: z.literal(step), ...shape, result: stepResultSchema.nullable() });

/** Nights that a piece of work has waited for: 0 for what this night planned, more for what did not fit before. */
const waited = z.int().min(0);

const runStepSchema = stepSchema('run', {
  waited,
  cells: z.array(z.object({ cell: cellSchema, expectation: expectationSchema.nullable(), repeat: z.int() })),
  /** The runs that made its attempts: more than one when the night was cut off in between. */
  runs: z.array(z.string()),
});
/** Cells to attempt, all of one target. */
export type RunStep = z.infer<typeof runStepSchema>;

const gateStepSchema = stepSchema('gate', {
  waited,
  baseline: z.string(),
  candidate: z.string(),
  /** The run that makes its attempts, from its beginning on; absent where none is made. */
  run: z.string().optional(),
  /** The budget was over before the verdict was decided. */
  isCut: z.boolean(),
});
/** One release to judge. */
export type GateStep = z.infer<typeof gateStepSchema>;

export const nightStepSchema = z.discriminatedUnion('step', [
  /** `file` is the capture of tonight's page; null when there is none. */
  stepSchema('capture', { file: z.string().nullable() }),
  stepSchema('plan', {}),
  stepSchema('check', { libraries: z.array(z.string()), builds: z.array(z.string()) }),
  runStepSchema,
  gateStepSchema,
  stepSchema('report', {}),
  /** `sending` is set before the night is sent: what was cut off in between is not sent again. */
  stepSchema('notification', { sending: z.boolean() }),
]);
/** One step of a night; it is still to be done while its result is null. */
export type NightStep = z.infer<typeof nightStepSchema>;

/** One night: its steps in the order in which they are done. */
export const nightSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  startedAt: z.iso.datetime(),
  /** Null until all steps have ended. */
  endedAt: z.iso.datetime().nullable(),
  budgetMs: z.number(),
  /** Of the budget, over all processes that worked on the night. */
  spentMs: z.number(),
  /** Of the attempts. */
  seed: z.int(),
  steps: z.array(nightStepSchema),
});
export type Night = z.infer<typeof nightSchema>;
