import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { withFolderAt } from '../../src/library/git.ts';
import { findProjectLibrary } from '../../src/library/project-library.ts';
import { makeProject } from '../deploy/github/project.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const { repository } = makeProject({ main: '1.34.2', bump: '1.34.7' }, { 'bots/one/package.json': '{"name":"one"}' });
const versionAt = async (folder: string, ref: string) => (await withFolderAt(folder, ref, findProjectLibrary))?.version;

test('the locked version is that of the working folder, or of a commit', async () => {
  const here = await cli(['library', 'locked'], undefined, repository);
  expect(here).toMatchObject({ exit: 0, stdout: '1.34.7\n' });
  const before = await cli(['library', 'locked', '--at', 'main'], undefined, repository);
  expect(before).toMatchObject({ exit: 0, stdout: '1.34.2\n' });
});

test('the lockfile of a commit is found from a folder of a workspace', async () => {
  expect(await versionAt(join(repository, 'bots', 'one'), 'main')).toBe('1.34.2');
});

test('a commit that there is not, and a folder in no repository, are refused', async () => {
  await expect(versionAt(repository, 'no-such-branch')).rejects.toThrow(InputError);
  await expect(versionAt(repository, 'no-such-branch')).rejects.toThrow('no-such-branch');
  await expect(versionAt(temporaryFolder(), 'main')).rejects.toThrow('is in no git repository');
});

test('a project without the library is refused with exit code 3', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{}');
  const { exit, stderr } = await cli(['library', 'locked'], undefined, folder);
  expect(exit).toBe(3);
  expect(stderr).toContain('has no lockfile that names whatsapp-web.js');
});
