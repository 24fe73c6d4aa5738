import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../src/contracts/home.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { testFiles, tiers } from './tiers.ts';

/** The tier of `test/a.test.ts` in a project of these files. */
function tierIn(files: Record<string, string>): string | undefined {
  const project = temporaryFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  const found = testFiles(project);
  return tiers.find((tier) => found[tier].includes('test/a.test.ts'));
}

const spawns = "import { spawn } from 'node:child_process'; export const end = spawn;";

test('a test that loads nothing that reaches out of the process is a unit test', () => {
  expect(tierIn({ 'test/a.test.ts': "import { join } from 'node:path'; import '../src/b.ts';", 'src/b.ts': '' })).toBe(
    'unit',
  );
});

test.each([
  'node:child_process',
  'node:worker_threads',
  'node:sqlite',
  'node:https',
  'mysql2/promise',
  'fastify',
  'puppeteer-core',
])('a test that loads %s is an integration test', (specifier) => {
  expect(tierIn({ 'test/a.test.ts': `import '${specifier}';` })).toBe('integration');
});

test.each([
  ['by way of other files', "import './b.ts';", "export * from '../src/c.ts';"],
  ['by a dynamic import', "await import('./b.ts');", "import '../src/c.ts';"],
  ['by files that import each other', "import './b.ts';", "import './a.test.ts'; import '../src/c.ts';"],
])('a test that starts processes %s is an integration test', (_how, testText, helper) => {
  expect(tierIn({ 'test/a.test.ts': testText, 'test/b.ts': helper, 'src/c.ts': spawns })).toBe('integration');
});

test('an import of types loads nothing', () => {
  const text = "import type { end } from './b.ts'; export type { end as other } from './b.ts';";
  expect(tierIn({ 'test/a.test.ts': text, 'test/b.ts': spawns })).toBe('unit');
});

test('each tier of this project has tests', () => {
  const found = testFiles(packageRoot);
  for (const tier of tiers) expect(found[tier].length, tier).toBeGreaterThan(20);
});
