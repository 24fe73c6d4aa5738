import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { rolloutPlanSchema, stageAt } from '../../src/contracts/rollout-plan.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';

const hour = 3_600_000;
const { stages } = parseYamlFile(join(packageRoot, 'compat-matrix', 'rollout-plan.yaml'), rolloutPlanSchema);

test('the stage of a rollout is that of the hours since its last step', () => {
  const at = (ms: number) => stageAt(stages, ms).hours;
  expect([at(0), at(2 * hour - 1), at(2 * hour), at(6 * hour), at(12 * hour), at(100 * hour)]).toEqual([
    [1, 2],
    [1, 2],
    [3, 6],
    [7, 12],
    [13, 24],
    [13, 24],
  ]);
});

test('a gap between stages is refused', () => {
  const [first, , third] = stages;
  expect(rolloutPlanSchema.safeParse({ schemaVersion: 1, stages: [first, third] }).success).toBe(false);
});
