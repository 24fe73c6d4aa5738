import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeTrouble } from './database/store-trouble.ts';

const sqliteBusy = 5;
const pollMs = 50;

/**
 * Runs `work`, which reads runs of a store in several steps, while nothing that is kept is removed. Any number of processes may read at
 * once. The lock is an SQLite lock on a file beside the store: the operating system takes it back when a reader dies, however it dies.
 * Where there is no store, nothing is kept that could be removed, and no lock is made.
 *
 * @throws TroubleError when the lock file cannot be made; whatever `work` throws.
 */
export async function whileReading<T>(storeFile: string, work: () => Promise<T>): Promise<T> {
  if (!existsSync(storeFile)) return work();
  const lock = openLock(storeFile);
  try {
    // A deferred transaction shares its lock from its first read on.
    while (!tryLock(lock, 'begin; select count(*) from sqlite_schema')) await sleep(pollMs);
    return await work();
  } finally {
    lock.close();
  }
}

/**
 * Runs `work`, which removes what is kept, once no process reads.
 *
 * @param patienceMs how long it waits for readers.
 * @returns null when there were readers all the time.
 * @throws TroubleError when the lock file cannot be made; whatever `work` throws.
 */
export async function whileNoneReads<T>(
  storeFile: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T | null> {
  const lock = openLock(storeFile);
  try {
    const end = Date.now() + patienceMs;
    while (!tryLock(lock, 'begin exclusive')) {
      if (Date.now() > end) return null;
      await sleep(pollMs);
    }
    return await work();
  } finally {
    lock.close();
  }
}

/** Closing the connection ends the transaction and with it the lock. */
function openLock(storeFile: string): DatabaseSync {
  const file = `${storeFile}.reading`;
  try {
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw storeTrouble(file, error);
  }
}

function tryLock(lock: DatabaseSync, statements: string): boolean {
  try {
    lock.exec(statements);
    return true;
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 !== sqliteBusy) throw error;
    if (lock.isTransaction) lock.exec('rollback');
    return false;
  }
}
