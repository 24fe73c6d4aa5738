import { globSync, lstatSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeProcessLock } from '../install/process-lock.ts';

const prefix = 'wwebjs-live-';
/** A folder that is younger may not have its lock yet, in milliseconds. */
const leastAgeMs = 60_000;

/** A folder of this process for profiles that are not encrypted. */
export interface ProfileFolder {
  path: string;
  remove(): Promise<void>;
}

/**
 * Makes a folder for profiles, and removes those of processes that were killed: a copy of a profile is a login.
 */
export async function openProfileFolder(parent = tmpdir()): Promise<ProfileFolder> {
  for (const left of globSync(`${prefix}*`, { cwd: parent })) await removeLeft(join(parent, left)).catch(() => {});
  const path = mkdtempSync(join(parent, prefix));
  const release = takeProcessLock(lockOf(path));
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
      release?.();
    },
  };
}

/** Leaves folders of running processes and of other users alone. */
async function removeLeft(folder: string): Promise<void> {
  const found = lstatSync(folder);
  const isOwn = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
  if (!isOwn || Date.now() - found.mtimeMs < leastAgeMs) return;
  const release = takeProcessLock(lockOf(folder));
  if (release === null) return;
  release();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

const lockOf = (folder: string) => join(folder, '.lock');

/** Where LocalAuth of the library keeps the profile of a device. */
export const sessionOf = ({ dataPath }: { dataPath: string }) => join(dataPath, 'session');

/** @param token of the lease under which the profile is saved; 0 for that of a link. */
export const blobName = (account: string, token: number) => `live/${account}/${token}-${Date.now()}`;
