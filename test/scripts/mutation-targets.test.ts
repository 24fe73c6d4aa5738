import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { bars, mutationTarget } from '../../scripts/mutation/targets.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const project = temporaryFolder();
const files = {
  'src/gate/judge.ts': '',
  'src/gate/rules/cells.ts': '',
  'src/store/open.ts': '',
  'test/gate/judge.test.ts': "import '../../src/gate/judge.ts';",
  'test/gate/source-text.test.ts': "import 'node:fs';",
  'test/gate/cells.test.ts': "import './help.ts';",
  'test/gate/help.ts': "import '../../src/gate/rules/cells.ts';",
  'test/gate/error-rates.test.ts': "import '../../src/gate/judge.ts';",
  'src/store/database.ts': "import 'node:sqlite';",
  'test/store/database.test.ts': "import '../../src/store/database.ts';",
  'test/cli/gate.test.ts': "import '../../src/gate/judge.ts';",
  'test/e2e/gate/gate.test.ts': "import '../../../src/gate/judge.ts';",
};
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(project, file)), { recursive: true });
  writeFileSync(join(project, file), text);
}

test('the mutants of a folder run against the tests of the folder of the same name that load it, the smallest first', () => {
  expect(mutationTarget(project, 'src/gate/')).toEqual({
    source: 'src/gate',
    tests: ['test/gate/judge.test.ts', 'test/gate/cells.test.ts'],
    isolatesTests: false,
    bar: 85,
  });
});

test('a folder or a file without a folder of tests takes the nearest above, and the bar of its folder', () => {
  const cells = { tests: ['test/gate/cells.test.ts'], isolatesTests: false, bar: 85 };
  expect(mutationTarget(project, 'src/gate/rules')).toEqual({ source: 'src/gate/rules', ...cells });
  expect(mutationTarget(project, './src/gate/rules/cells.ts')).toEqual({ source: 'src/gate/rules/cells.ts', ...cells });
});

test.each(['src/nowhere', 'test/gate', '../src/gate', 'src/store/open.ts'])('%s is refused', (path) => {
  expect(() => mutationTarget(project, path)).toThrow(InputError);
});

test('test files that reach a database, a process or the network are isolated from each other', () => {
  expect(mutationTarget(project, 'src/store')).toMatchObject({ isolatesTests: true, bar: null });
});

test('each folder that has a bar has tests', () => {
  const empty = Object.keys(bars).filter((folder) => mutationTarget(packageRoot, folder).tests.length === 0);
  expect(empty).toEqual([]);
});
