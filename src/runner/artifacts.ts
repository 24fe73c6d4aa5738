import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt, AttemptEvent } from '../contracts/attempt.ts';
import { makeFolder } from '../contracts/make-folder.ts';

/** Below this much free space, whatever a browser or a library says is about the disk. */
const leastSpaceBytes = 32 * 1024 * 1024;

/**
 * Writes what a person looks at after a failure: all events, what host and browser printed, and the trace. Screenshots may lie
 * in the folder already.
 *
 * @returns for the record: the folder, relative to that of the run, or why the disk did not take it. The record counts for more.
 */
export async function keepEvidence(
  { runFolder, id }: { runFolder: string; id: string },
  events: readonly AttemptEvent[],
  writeTrace: (folder: string) => Promise<void>,
): Promise<Pick<Attempt, 'artifacts' | 'artifactsMissing'>> {
  const folder = join(runFolder, id);
  try {
    makeFolder(folder);
    await writeTrace(folder);
    await writeFile(join(folder, 'events.json'), `${JSON.stringify(events, null, 1)}\n`);
    for (const name of ['stdout', 'stderr']) {
      const lines = events.filter(({ type }) => type === `host:${name}`).map(({ detail }) => `${detail}\n`);
      if (lines.length > 0) await writeFile(join(folder, `host.${name}.log`), lines);
    }
    return { artifacts: id };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' ? 'the disk is full' : message;
    return { artifacts: null, artifactsMissing: `${folder} could not be written: ${why}` };
  }
}

/** True when the disk of `folder` has no room left, or the folder cannot be asked. */
export async function isDiskFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < leastSpaceBytes;
  } catch {
    return true;
  }
}
