import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cellKey } from '../contracts/attempt.ts';
import type { BlobAttempt, BlobHead } from '../contracts/blob.ts';
import { InputError } from '../contracts/input-error.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { readBlobAttempts, readBlobHead } from './read-blob.ts';

interface Blob {
  file: string;
  head: BlobHead;
}

/**
 * Tells observers of the runs of several blobs as of one run. Screenshots go to `<folder>/<attempt id>/`.
 *
 * @throws InputError when a blob is damaged, given twice, of another plan, or when a shard is missing.
 */
export async function mergeBlobs(
  files: readonly string[],
  observers: readonly RunObserver[],
  folder: string,
): Promise<{ run: RunInfo; interrupted: boolean }> {
  const blobs = await Promise.all(files.map(async (file) => ({ file, head: await readBlobHead(file) })));
  checkShards(blobs);
  const plan = mergePlans(blobs);
  const run = mergeRuns(blobs.map(({ head }) => head.run));
  const interrupted = blobs.some(({ head }) => head.interrupted);
  for (const observer of observers) await observer.runStarted?.(run, [...plan.values()], 1);
  for (const { file, head } of blobs) {
    for await (const line of readBlobAttempts(file)) {
      const key = head.plan[line.position];
      const planned = key && plan.get(cellKey(key.cell));
      if (!planned)
        throw new InputError(`${file}: attempt ${line.attempt.id} is of a cell that its plan does not have`);
      keepScreenshot(folder, line);
      for (const observer of observers) await observer.attemptEnded?.(planned, line.attempt);
    }
  }
  for (const observer of observers) await observer.runEnded?.(run, interrupted);
  return { run, interrupted };
}

function checkShards(blobs: readonly Blob[]): void {
  const seen = new Map<string, string>();
  for (const { file, head } of blobs) {
    const before = seen.get(head.run.id);
    if (before) throw new InputError(`${before} and ${file} are blobs of the same run ${head.run.id}`);
    seen.set(head.run.id, file);
  }
  const shards = blobs.map(({ head }) => head.shard).filter((shard) => shard !== null);
  const count = shards[0]?.count;
  if (count === undefined) return;
  if (shards.length < blobs.length || shards.some((shard) => shard.count !== count)) {
    const parts = blobs.map(
      ({ file, head: { shard } }) => `${file} is ${shard ? `${shard.index}/${shard.count}` : 'whole'}`,
    );
    throw new InputError(`these blobs are not shards of one plan: ${parts.join(', ')}`);
  }
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (n) => !shards.some(({ index }) => index === n),
  );
  if (missing.length > 0) {
    throw new InputError(
      `shard ${missing.map((n) => `${n}/${count}`).join(', ')} is missing; a report without it would be incomplete`,
    );
  }
}

function mergePlans(blobs: readonly Blob[]): Map<string, PlannedCell> {
  const plan = new Map<string, PlannedCell>();
  for (const { file, head } of blobs) {
    for (const planned of head.plan) {
      const key = cellKey(planned.cell);
      const before = plan.get(key);
      if (before && !isDeepStrictEqual(before.expectation, planned.expectation)) {
        throw new InputError(`${file}: it expects something else of ${key} than a blob before it`);
      }
      plan.set(key, { ...planned, repeat: planned.repeat + (before?.repeat ?? 0) });
    }
  }
  return plan;
}

function mergeRuns(runs: readonly RunInfo[]): RunInfo {
  const sorted = runs.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  const [first] = sorted as [RunInfo, ...RunInfo[]];
  const ends = sorted.map(({ finishedAt }) => finishedAt);
  const finishedAt = ends.includes(null) ? null : (ends.toSorted().at(-1) ?? null);
  return { ...first, id: sorted.map(({ id }) => id).join('+'), finishedAt };
}

function keepScreenshot(folder: string, { attempt, screenshot }: BlobAttempt): void {
  if (!screenshot) return;
  const target = join(folder, basename(attempt.id));
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, basename(screenshot.name)), Buffer.from(screenshot.base64, 'base64'));
}
