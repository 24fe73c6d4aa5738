import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { incidentModelSchema } from '../../src/contracts/incident-study.ts';
import { parseYaml } from '../../src/contracts/yaml-file.ts';

const text = readFileSync(join(packageRoot, 'compat-matrix', 'study-incident.yaml'), 'utf8');
const parse = (yaml: string) => parseYaml(yaml, incidentModelSchema, 'model.yaml');

test('the model of the incident has the four stages of the projection, in their order', () => {
  const { stages, targetPercent, libraries } = parse(text);
  expect(stages.map(({ projectedPercent }) => projectedPercent)).toEqual([9.76, 65.7, 65.7, 74.96]);
  expect(targetPercent).toEqual({ from: 77, to: 80 });
  expect(libraries).toEqual(['1.24.0', '1.25.0', '1.33.2', '1.34.2']);
});

test('a number without its reason is refused, with its line', () => {
  const without = text.replace(/(killedShare:\n\s+share: 0.2)\n\s+because: .*/, '$1');
  expect(without).not.toBe(text);
  expect(() => parse(without)).toThrow(/^model\.yaml:\d+:\d+: workload\.killedShare\.because: /);
});

test('a share above 1, a median above its p95 and a stage with another library are refused', () => {
  expect(() => parse(text.replace('share: 0.25', 'share: 25'))).toThrow(/people\.neverScans\.share: /);
  expect(() => parse(text.replace('medianSeconds: 25', 'medianSeconds: 250'))).toThrow(
    'medianSeconds has to be less than p95Seconds',
  );
  expect(() => parse(text.replace('library: 1.34.2', 'library: 1.34.7'))).toThrow(
    'a stage names a library that is not in `libraries`',
  );
});
