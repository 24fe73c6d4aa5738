import { z } from 'zod';
import { matrixFile } from './home.ts';
import { parseYamlFile } from './yaml-file.ts';

const hour = z.number().int().min(1);
const percent = z.number().min(0).max(100);

/** One stage of watching a rollout. The first hour after a step is hour 1; both ends belong to the stage. */
export const rolloutStageSchema = z.strictObject({
  hours: z.tuple([hour, hour]).refine(([from, to]) => from <= to, 'hours go from the first to the last'),
  successPercent: z
    .strictObject({ from: percent, to: percent })
    .refine(({ from, to }) => from <= to, 'a band goes from the lower to the upper percentage'),
});
export type RolloutStage = z.infer<typeof rolloutStageSchema>;

/** One step of a rollout: the percentage of accounts that the candidate hosts, and the least time until the next step. */
export const rolloutStepSchema = z.strictObject({
  percent: z.number().int().min(1).max(100),
  watchHours: z.number().min(0),
});
export type RolloutStep = z.infer<typeof rolloutStepSchema>;

/** `compat-matrix/rollout-plan.yaml` */
export const rolloutPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  steps: z
    .array(rolloutStepSchema)
    .min(1)
    .refine(
      (steps) =>
        steps.every(({ percent }, i) => i === 0 || percent > (steps[i - 1] as RolloutStep).percent) &&
        steps.at(-1)?.percent === 100,
      'steps go from few to more accounts, and the last one is 100 percent',
    ),
  /** Whether a step also restarts sessions of the baseline, so that restorations of both versions can be compared. */
  controlGroup: z.enum(['restart', 'none']),
  /** The action while fewer links succeed with the candidate than the band of the stage requires. */
  belowBand: z.enum(['hold', 'roll-back']),
  stages: z
    .array(rolloutStageSchema)
    .min(1)
    .refine(
      (stages) =>
        stages.every(({ hours }, i) => hours[0] === (i === 0 ? 1 : (stages[i - 1] as RolloutStage).hours[1] + 1)),
      'stages begin at hour 1 and follow each other without a gap',
    ),
});
export type RolloutPlan = z.infer<typeof rolloutPlanSchema>;

/**
 * @param file by default that of `compat-matrix`.
 * @throws InputError with file, line and key of what is wrong.
 */
export function readRolloutPlan(file: string = matrixFile('rollout-plan.yaml')): RolloutPlan {
  return parseYamlFile(file, rolloutPlanSchema);
}

/** The stage in which a rollout is this many milliseconds after its last step; the last one goes on. */
export function stageAt(stages: readonly RolloutStage[], sinceStepMs: number): RolloutStage {
  const hourNow = Math.floor(Math.max(0, sinceStepMs) / 3_600_000) + 1;
  return stages.find(({ hours }) => hourNow <= hours[1]) ?? (stages.at(-1) as RolloutStage);
}
