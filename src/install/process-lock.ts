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
  const lock = open(file);
  try {
    for (let waited = false; !tryTake(lock); waited = true) {
      if (!waited) onWait();
      await sleep(pollMs);
    }
    return await work();
  } finally {
    // Ends the transaction and with it the lock.
    lock.close();
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

function tryTake(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === sqliteBusy) return false;
    throw error;
  }
}
