import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { attemptUnpatched, type Fork, findFork, forks, makeFork, version } from '../../mutants/forks.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** Those that take one attempt or two; `node test/mutants/find-forks.ts` tries all. */
test.each(['leak-in-node', 'leak-in-page', 'message-dropped'])('the fault of the fork %s is found', async (name) => {
  const { isFound, seen } = await findFork(forks[name] as Fork, temporaryFolder());
  expect(isFound, seen).toBe(true);
});

test('the library without a fault links, talks and restores', async () => {
  expect(await attemptUnpatched('linked-device', temporaryFolder())).toMatchObject({ outcome: 'passed', code: null });
});

test.each(Object.entries(forks))('the patch of the fork %s fits the library, which stays as it is', async (_, fork) => {
  const installed = await ensureLibrary(version, console.log);
  const text = () => readFileSync(join(installed.packageDir, fork.patch.file), 'utf8');
  const before = text();
  const patched = readFileSync(join(makeFork(installed, fork, temporaryFolder()), fork.patch.file), 'utf8');
  expect(patched.replace(`${fork.patch.insert}\n`, '')).toBe(before);
  expect(text()).toBe(before);
});
