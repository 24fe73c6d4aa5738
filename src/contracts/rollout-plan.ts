import { z } from 'zod';

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

/** `compat-matrix/rollout-plan.yaml` */
export const rolloutPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  stages: z
    .array(rolloutStageSchema)
    .min(1)
    .refine(
      (stages) =>
        stages.every(({ hours }, i) => hours[0] === (i === 0 ? 1 : (stages[i - 1] as RolloutStage).hours[1] + 1)),
      'stages begin at hour 1 and follow each other without a gap',
    ),
});

/** The stage in which a rollout is this many milliseconds after its last step; the last one goes on. */
export function stageAt(stages: readonly RolloutStage[], sinceStepMs: number): RolloutStage {
  const hourNow = Math.floor(Math.max(0, sinceStepMs) / 3_600_000) + 1;
  return stages.find(({ hours }) => hourNow <= hours[1]) ?? (stages.at(-1) as RolloutStage);
}
