import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { incidentModelSchema, type ScenarioResult } from '../../src/contracts/incident-study.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import type { Course } from '../../src/study/courses.ts';
import { runScenario } from '../../src/study/run-scenario.ts';

const model = parseYamlFile(join(packageRoot, 'compat-matrix', 'study-incident.yaml'), incidentModelSchema);
const page = readFileSync(join(packageRoot, 'docs', 'incident-study.md'), 'utf8');

/** The rows of the page's tables whose first cells are these, without those cells, in the order of the page. */
function documented(...first: string[]): string[][] {
  const rows = page.split('\n').map((line) => line.split('|').slice(1, -1));
  return rows
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((cells) => cells.length > 0 && first.every((text, i) => cells[i] === text))
    .map((cells) => cells.slice(first.length));
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const range = ({ rate, lower, upper }: ScenarioResult['success']) =>
  `${percent(rate)} (${(100 * lower).toFixed(1)} to ${(100 * upper).toFixed(1)})`;

/** How far each version goes on this build; how long it takes hardly matters to the old schema, which judges requests by their order. */
const reaches: Record<string, Course['reaches']> = {
  '1.24.0': 'code',
  '1.25.0': 'authenticated',
  '1.33.2': 'ready',
  '1.34.2': 'ready',
};

function replay(library: string, schema: 'old' | 'repaired', accountIds: boolean): Promise<ScenarioResult> {
  const course: Course = {
    reaches: reaches[library] as Course['reaches'],
    says: null,
    codeMs: 2_000,
    authenticatedMs: 500,
    readyMs: 200,
  };
  const courses = { link: [course], restore: [course] };
  const { value: intents } = model.workload.intents;
  return runScenario({ model, scenario: { schema, accountIds, library }, courses, seed: 1, intents, server: null });
}

test('what the page says of the old schema is the result of a replay of all people', { timeout: 120_000 }, async () => {
  expect(Object.keys(reaches)).toEqual(model.libraries);
  for (const schema of ['old', 'repaired'] as const) {
    for (const accountIds of [false, true]) {
      const results: ScenarioResult[] = [];
      for (const library of model.libraries) results.push(await replay(library, schema, accountIds));
      const rates = results.map(({ success }) => percent(success.rate));
      const oldQuery = results.map(({ oldQueryRate }) => percent(oldQueryRate));
      const rows = documented(schema, accountIds ? 'with' : 'without');
      expect(rows, `${schema} ${accountIds}`).toEqual([rates, oldQuery]);
      const before = results[2] as ScenarioResult;
      if (schema === 'repaired' || accountIds) continue;
      const { requests, intents, restorations, numbers, oldQueryRate } = before;
      const failed = requests.ended - requests.succeeded;
      const [stage, counts] = documented('before');
      expect(stage?.slice(0, 4)).toEqual(['old', 'without', '1.33.2', range(before.success)]);
      expect(counts).toEqual([
        String(requests.ended),
        String(failed),
        ...[requests.failed.refused, requests.failed.unscanned, requests.failed.restart].map((part) =>
          percent(part / failed),
        ),
        percent(oldQueryRate),
        percent(intents.linked / intents.total),
        `${restorations.restored} of ${restorations.due}`,
        percent(numbers.up / numbers.total),
      ]);
    }
  }
});

test('every stage of the page is one of the model, and its figures go together', () => {
  for (const { name, schema, accountIds, library, projectedPercent } of model.stages) {
    const [stage, counts] = documented(name);
    const [, , , measured = '', projected, difference] = stage ?? [];
    expect(stage?.slice(0, 3)).toEqual([schema, accountIds ? 'with' : 'without', library]);
    expect(projected).toBe(`${projectedPercent} %`);
    const [requests = 0, failed = 0] = (counts ?? []).map(Number);
    const rate = 1 - failed / requests;
    expect(measured.startsWith(`${percent(rate)} (`), `${name}: ${measured}`).toBe(true);
    expect(difference).toBe(`+${(100 * rate - projectedPercent).toFixed(1)} points`);
    const [grid] = documented(schema, accountIds ? 'with' : 'without');
    expect(grid?.[model.libraries.indexOf(library)]).toBe(percent(rate));
  }
});
