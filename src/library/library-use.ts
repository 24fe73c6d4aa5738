import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { home } from '../contracts/home.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import { takeProcessLock, withProcessLock } from '../install/process-lock.ts';

const marksOf = (label: string) => home('libraries', '.uses', label);
const lockOf = (label: string) => home('libraries', '.locks', `${label}.uses`);
const markEnd = '.mark';
const nothing = () => {};

/** The marks of this process by their folders. */
const held = new Map<string, { file: string; release(): void }>();

/**
 * Marks a library as used until this process ends, so that no other process removes it. A mark is a lock named after the process, which the
 * operating system releases however the process ends. A library of another user, in a folder that this one may not write to, gets none.
 */
export async function useLibrary(label: string): Promise<void> {
  const folder = marksOf(label);
  if (held.has(folder)) return;
  try {
    await withProcessLock(lockOf(label), nothing, async () => {
      if (held.has(folder)) return;
      otherUsers(folder);
      const file = join(folder, `${process.pid}-${randomUUID()}${markEnd}`);
      const release = takeProcessLock(file) ?? nothing;
      if (held.size === 0) process.once('exit', removeMarks);
      held.set(folder, { file, release });
    });
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
  }
}

/**
 * Runs `work`, which removes a library, while no other process uses it or can begin to.
 *
 * @throws InputError naming the processes that use it.
 */
export async function whileUnused<T>(label: string, work: () => Promise<T>): Promise<T> {
  return await withProcessLock(lockOf(label), nothing, async () => {
    const users = otherUsers(marksOf(label));
    if (users.length === 0) return await work();
    const who = users.length === 1 ? `process ${users[0]} uses it` : `processes ${users.join(', ')} use it`;
    throw new InputError(`library "${label}" is not removed: ${who}; remove it when that has ended`);
  });
}

/** Process ids; the marks of processes that have ended are removed. */
function otherUsers(folder: string): string[] {
  const own = held.get(folder)?.file;
  const marks = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(markEnd)) : [];
  return marks.flatMap((name) => {
    const file = join(folder, name);
    if (file === own) return [];
    const release = takeProcessLock(file);
    if (!release) return [name.split('-')[0] as string];
    release();
    rmSync(file, { force: true });
    return [];
  });
}

function removeMarks(): void {
  for (const { file, release } of held.values()) {
    release();
    rmSync(file, { force: true });
  }
}
