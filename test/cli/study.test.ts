import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Attempt } from '../../src/contracts/attempt.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { incidentModelSchema, incidentStudySchema } from '../../src/contracts/incident-study.ts';
import type { RunReport } from '../../src/contracts/run.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { exampleCell, exampleRun, failedAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const folder = temporaryFolder();
const model = parseYamlFile(join(packageRoot, 'compat-matrix', 'study-incident.yaml'), incidentModelSchema);
const study = (...args: string[]) => cli(['study', 'incident', ...args]);

/** A JSON report with an attempt of every library but those that are left out; the first one never becomes ready. */
function writeReport(name: string, leftOut: readonly string[] = []): string {
  const cells = model.libraries
    .filter((library) => !leftOut.includes(library))
    .flatMap((library, i) =>
      ['qr-to-ready', 'restore-to-ready'].map((flow) => {
        const attempts: Attempt[] = [i === 0 ? failedAttempt() : passedAttempt()];
        const cell = exampleCell({ library, flow, build: model.build });
        return { ...cell, expectation: null, surprise: false, attempts };
      }),
    );
  const report: RunReport = {
    schemaVersion: 1,
    run: { ...exampleRun, finishedAt: exampleRun.startedAt },
    cells,
    summary: { cells: cells.length, passed: 6, failed: 2, infra: 0, surprises: 0 },
  };
  writeFileSync(join(folder, name), JSON.stringify(report));
  return join(folder, name);
}

test('prints measured beside projected, stage by stage, and the same bytes for the same seed', {
  timeout: 120_000,
}, async () => {
  const report = writeReport('report.json');
  const [one, two] = [join(folder, 'one.json'), join(folder, 'two.json')];
  const args = ['--attempts', report, '--intents', '8', '--seed', '5'];
  const first = await study(...args, '--reporter', `list,json=${one},markdown=${join(folder, 'one.md')}`);
  expect(first.exit, first.stderr).toBe(0);
  expect(first.stdout).toMatch(
    /^before +old +without +1\.33\.2 +\d+\.\d % \(.+ to .+\) +9\.76 % +[+−]\d+\.\d points$/m,
  );
  expect(first.stdout).toMatch(/^target +77 to 80 %$/m);
  expect(readFileSync(join(folder, 'one.md'), 'utf8')).toContain('| library | new | with | 1.34.2 |');
  const result = incidentStudySchema.parse(JSON.parse(readFileSync(one, 'utf8')));
  expect(result.scenarios).toHaveLength(3 * 2 * 4);
  expect(
    result.scenarios.filter(({ library }) => library === '1.24.0').every(({ requests }) => requests.succeeded === 0),
  ).toBe(true);
  expect((await study(...args, '--reporter', `json=${two}`)).exit).toBe(0);
  expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
});

test.each([
  ['no person', () => ['--intents', '0'], /--intents.*whole number from 1 to 100000/],
  ['a seed that is none', () => ['--seed', 'x'], /--seed.*whole number/],
  ['another database', () => ['--database', 'postgres://db/x'], /--database: it has to look like mysql:\/\//],
  [
    'a server without a database',
    () => ['--database', 'mysql://u:secret@db:3306'],
    /^(?!.*secret).*--database: it has to look/,
  ],
  ['a report that is not there', () => ['--attempts', 'none.json'], /none\.json: there is no such file/],
  [
    'a report without one of the libraries',
    () => ['--attempts', writeReport('few.json', ['1.34.2'])],
    /few\.json: no attempt of qr-to-ready with whatsapp-web\.js 1\.34\.2/,
  ],
  [
    'a reporter of a run',
    () => ['--reporter', 'html=x'],
    /there is no reporter "html"; there are list,json=FILE,markdown=FILE/,
  ],
  ['a model that is not there', () => ['--model', 'none.yaml'], /none\.yaml: there is no such file/],
])('%s: exit code 3 and one message', async (_, args, message) => {
  const { exit, stdout, stderr } = await study(...args());
  expect(stderr).toMatch(message);
  expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
});
