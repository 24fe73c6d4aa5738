import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../contracts/input-error.ts';
import { diskTrouble } from '../install/disk-trouble.ts';
import { whereInstalled } from './ensure-library.ts';
import { findLibraryLock, listLibraryLocks, lockFolders } from './library-lock.ts';
import { whileUnused } from './library-use.ts';

/**
 * Removes the installation of a library and the lock that was made on this machine.
 *
 * @returns the folders that were removed, and that of a lock that is part of the project, which stays.
 * @throws InputError when there is no such library or another process uses it; TroubleError when a folder may not be written to.
 */
export async function removeLibrary(label: string): Promise<{ removed: string[]; kept: string | null }> {
  const lock = findLibraryLock(label);
  if (!lock) {
    const known = listLibraryLocks().map((one) => one.label);
    throw new InputError(`library "${label}" is not known here; there are ${known.join(', ')}`);
  }
  const ofMachine = join(lockFolders.ofMachine(), label);
  return await whileUnused(label, async () => {
    const removed = [whereInstalled(lock).root, ofMachine].filter(existsSync);
    for (const folder of removed) await discardFolder(folder);
    return { removed, kept: lock.folder === ofMachine ? null : lock.folder };
  });
}

/** A rename first, so that no other process takes a half-removed folder for a whole one. */
async function discardFolder(folder: string): Promise<void> {
  const doomed = `${folder}.partial-removed-${process.pid}`;
  try {
    await rename(folder, doomed);
    await rm(doomed, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw diskTrouble(error, folder);
  }
}
