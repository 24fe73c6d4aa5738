import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { absent, makeFolderOnce } from '../install/make-folder-once.ts';
import { NpmError, npm } from '../install/npm.ts';
import { findLibraryLock, type LibraryLock, lockFolders } from './library-lock.ts';
import type { LibrarySpec } from './library-spec.ts';
import { type LibraryTarball, readLibraryTarball, withPackedFolder } from './library-tarball.ts';

type Say = (line: string) => void;

/**
 * Returns the lock of a library; npm resolves an unknown one, which is then stored on this machine.
 *
 * @throws InputError when npm has no such version, or the tarball or folder is not whatsapp-web.js.
 * @throws TroubleError without network or disk.
 */
export async function lockLibrary(spec: LibrarySpec, say: Say): Promise<LibraryLock> {
  switch (spec.kind) {
    case 'version':
      return findLibraryLock(spec.version) ?? (await addVersion(spec.version, say));
    case 'label': {
      const lock = findLibraryLock(spec.label);
      if (lock) return lock;
      throw new InputError(`library "${spec.label}" is not known here; name the tarball or folder that it was made of`);
    }
    case 'tarball':
      return await addTarball(await readLibraryTarball(spec.file), say);
    case 'folder':
      return await withPackedFolder(spec.folder, async (file) => addTarball(await readLibraryTarball(file), say));
  }
}

function addVersion(version: string, say: Say): Promise<LibraryLock> {
  return makeLock(version, say, { 'whatsapp-web.js': version }, async () => {});
}

function addTarball(tarball: LibraryTarball, say: Say): Promise<LibraryLock> {
  const label = `${tarball.version}+${tarball.contentHash.slice(0, 8)}`;
  return makeLock(label, say, { 'whatsapp-web.js': 'file:whatsapp-web.js.tgz' }, (folder) =>
    cp(tarball.file, join(folder, 'whatsapp-web.js.tgz')),
  );
}

async function makeLock(
  label: string,
  say: Say,
  dependencies: Record<string, string>,
  addFiles: (folder: string) => Promise<void>,
): Promise<LibraryLock> {
  await makeFolderOnce(join(lockFolders.ofMachine(), label), {
    say,
    whatIsWrong: async () => (findLibraryLock(label) === null ? absent : null),
    fill: async (temporary) => {
      say(`Resolving the dependencies of whatsapp-web.js ${label} with npm (package metadata, a few MB)`);
      const packageJson = { name: `whatsapp-web.js-${label}`, private: true, dependencies };
      await writeFile(join(temporary, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);
      await addFiles(temporary);
      await writeLockfile(temporary, label);
    },
  });
  const lock = findLibraryLock(label);
  if (!lock) throw new TroubleError(`the lockfile of whatsapp-web.js ${label} was removed while it was being made`);
  return lock;
}

/** Without addresses the lockfile works with every registry; its integrity hashes pin the contents. */
async function writeLockfile(folder: string, label: string): Promise<void> {
  try {
    await npm(['install', '--package-lock-only', '--omit-lockfile-registry-resolved', '--lockfile-version=3'], folder);
  } catch (error) {
    if (!(error instanceof NpmError)) throw error;
    if (error.code !== 'ETARGET') throw new InputError(`npm cannot resolve whatsapp-web.js ${label}: ${error.message}`);
    throw new InputError(
      `npm has no whatsapp-web.js ${label}; "npm view whatsapp-web.js versions" lists what there is`,
    );
  }
}

/**
 * Copies the lock of an exact version into the project, so that it can be committed; returns true when the project did not have
 * it.
 *
 * @throws TroubleError when the project's folder may not be written to.
 */
export async function shareLock(lock: LibraryLock): Promise<boolean> {
  const target = join(lockFolders.ofProject(), lock.label);
  if (lock.folder === target) return false;
  const partial = `${target}.partial-${process.pid}`;
  await cp(lock.folder, partial, { recursive: true });
  await rename(partial, target);
  await rm(lock.folder, { recursive: true });
  return true;
}
