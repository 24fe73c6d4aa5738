import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError, TroubleError } from '../../src/contracts/input-error.ts';
import { labelOfLibrary, resolveLibrary } from '../../src/library/add-library.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { findLibraryLock } from '../../src/library/library-lock.ts';
import { removeLibrary } from '../../src/library/remove-library.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { packTinyLibrary, writeTinyLibrary } from './tiny-library.ts';

vi.setConfig({ testTimeout: 60_000 }); // npm is started several times

const say = () => {};

beforeEach(() => {
  vi.stubEnv('WWEBJS_CANARY_HOME', join(temporaryFolder(), 'home'));
  return () => vi.unstubAllEnvs();
});

function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** A checkout with one commit on the branch `main`. */
function checkout(): { folder: string; commit: string } {
  const folder = writeTinyLibrary(temporaryFolder());
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'remote', 'add', 'origin', 'https://user:secret@example.org/fork.git');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'first');
  return { folder, commit: git(folder, 'rev-parse', 'HEAD') };
}

describe('labels of what is the user’s own', () => {
  test('a git checkout shows its commit, and whether it has changes', async () => {
    const { folder, commit } = checkout();
    const clean = await resolveLibrary(folder, say);
    expect(clean).toMatch(new RegExp(`^0\\.0\\.7\\+g${commit.slice(0, 8)}\\.[0-9a-f]{8}$`));
    expect(findLibraryLock(clean)?.source).toEqual({
      kind: 'folder',
      from: folder,
      commit,
      dirty: false,
      remote: 'https://example.org/fork.git',
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    writeFileSync(join(folder, 'index.js'), 'exports.Client = 2;');
    const dirty = await resolveLibrary(folder, say);
    expect(dirty).toMatch(new RegExp(`^0\\.0\\.7\\+g${commit.slice(0, 8)}\\.dirty\\.[0-9a-f]{8}$`));
    expect(findLibraryLock(dirty)?.source).toMatchObject({ commit, dirty: true });
  });

  test('a label can be known without the library being added', async () => {
    const { folder } = checkout();
    const file = await packTinyLibrary(writeTinyLibrary(temporaryFolder()).replace(/package$/, ''));
    for (const text of [folder, `fork=${folder}#main`, file]) {
      const label = await labelOfLibrary(text, say);
      expect(findLibraryLock(label), text).toBeNull();
      expect(await resolveLibrary(text, say)).toBe(label);
    }
    expect(await labelOfLibrary('1.34.7', say)).toBe('1.34.7');
  });

  test('a folder that an outer repository does not track shows no commit', async () => {
    const outer = checkout().folder;
    const inner = writeTinyLibrary(join(outer, 'inner'));
    expect(await resolveLibrary(inner, say)).toMatch(/^0\.0\.7\+[0-9a-f]{8}$/);
  });

  test('a name is part of the label, and tells two folders with the same files apart', async () => {
    const one = writeTinyLibrary(temporaryFolder());
    const two = join(temporaryFolder(), 'two');
    cpSync(one, two, { recursive: true });
    const labels = await Promise.all([resolveLibrary(`a=${one}`, say), resolveLibrary(`b=${two}`, say)]);
    expect(labels).toEqual([expect.stringMatching(/^0\.0\.7\+a\.[0-9a-f]{8}$/), expect.stringMatching(/\+b\./)]);
    const installed = await ensureLibrary(labels[1], say);
    expect(installed.source).toMatchObject({ kind: 'folder', from: two, name: 'b' });
  });

  test('two folders of one version with different files have distinct labels', async () => {
    const [one, two] = [writeTinyLibrary(temporaryFolder()), writeTinyLibrary(temporaryFolder(), { main: '0;' })];
    expect(await resolveLibrary(one, say)).not.toBe(await resolveLibrary(two, say));
  });

  test('a tarball says where it was', async () => {
    const folder = temporaryFolder();
    writeTinyLibrary(folder);
    const file = await packTinyLibrary(folder);
    expect(findLibraryLock(await resolveLibrary(file, say))?.source).toMatchObject({ kind: 'tarball', from: file });
  });
});

describe('git references', () => {
  test('a branch, a tag and a commit are resolved to the commit, whatever is checked out', async () => {
    const { folder, commit } = checkout();
    git(folder, 'tag', 'v1');
    writeFileSync(join(folder, 'index.js'), 'exports.Client = 2;');
    git(folder, 'commit', '--quiet', '-a', '-m', 'second');
    const first = await resolveLibrary(`${folder}#v1`, say);
    expect(first).toContain(`+g${commit.slice(0, 8)}.`);
    expect(await resolveLibrary(`${folder}#${commit}`, say)).toBe(first);
    const second = await resolveLibrary(`fork=${folder}#main`, say);
    expect(second).toContain(`+fork.g${git(folder, 'rev-parse', 'main').slice(0, 8)}.`);
    expect(findLibraryLock(second)?.source).toMatchObject({ kind: 'git', from: folder, name: 'fork' });
  });

  test('a repository at an address is cloned', async () => {
    const { folder, commit } = checkout();
    const label = await resolveLibrary(`git+file://${folder}#main`, say);
    expect(label).toContain(`+g${commit.slice(0, 8)}.`);
    expect(findLibraryLock(label)?.source).toMatchObject({ kind: 'git', commit, remote: `file://${folder}` });
  });

  test('a reference that is not there is the user’s mistake, a repository that cannot be read is trouble', async () => {
    const { folder } = checkout();
    const wrong = resolveLibrary(`${folder}#nowhere`, say);
    await expect(wrong).rejects.toThrow(InputError);
    await expect(wrong).rejects.toThrow('has no branch, tag or commit "nowhere"');
    const lost = resolveLibrary(`git+file://${folder}-none#main`, say);
    await expect(lost).rejects.toThrow(TroubleError);
  });
});

test('remove takes away the installation and the lock, and refuses what is not there', async () => {
  const folder = writeTinyLibrary(temporaryFolder());
  const { label, root } = await ensureLibrary(folder, say);
  const { removed, kept } = await removeLibrary(label);
  expect(removed).toEqual([root, expect.stringContaining(label)]);
  expect(kept).toBeNull();
  expect(removed.some(existsSync)).toBe(false);
  const again = removeLibrary(label);
  await expect(again).rejects.toThrow(InputError);
  await expect(again).rejects.toThrow(`library "${label}" is not known here; there are 1.24.0`);
});

test('the lock of a release that is part of the project stays', async () => {
  expect(await removeLibrary('1.34.7')).toEqual({ removed: [], kept: expect.stringContaining('1.34.7') });
});
