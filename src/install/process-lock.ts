import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../contracts/make-folder.ts';
import { diskTrouble } from './disk-trouble.ts';

const sqliteBusy = 5;
const pollMs = 100;

/**
 * Runs `work` while no other process (and no other caller in this one) holds the lock `file`.
 * The lock is an exclusive SQLite transaction on an empty file, which the operating system releases when the process dies.
 * A file with a process id would need a check for staleness, which fails in containers, where ids repeat.
 *
 * @param onWait called once when another process or caller holds the lock.
 * @throws TroubleError when the lock file cannot be created.
 */
export async function withProcessLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  let release = takeProcessLock(file);
  for (let waited = false; !release; waited = true) {
    if (!waited) onWait();
    await sleep(pollMs);
    release = takeProcessLock(file);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Takes the lock `file` until the returned function is called or this process ends; null when another process (or another caller in this one) has
 * it. Beside the file there may be one with a name that begins with its name.
 *
 * @throws TroubleError when the lock file cannot be created.
 */
export function takeProcessLock(file: string): (() => void) | null {
  const lock = open(file);
  try {
    lock.exec('BEGIN EXCLUSIVE');
    // Closing ends the transaction and with it the lock.
    return () => lock.close();
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return null;
    throw error;
  }
}

function open(file: string): DatabaseSync {
  try {
    makeFolder(dirname(file));
    return new DatabaseSync(file);
  } catch (error) {
    throw diskTrouble(error, dirname(file));
  }
}
