import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BlobAttempt, BlobHead, Shard } from '../contracts/blob.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { InputError } from '../contracts/input-error.ts';
import { makeFolder } from '../contracts/make-folder.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { andList } from '../words/text.ts';
import { readBlobAttempts, readBlobHead } from './read-blob.ts';

interface Blob {
  file: string;
  head: BlobHead;
}

interface MergeOptions {
  /** Screenshots and traces go to `<folder>/<attempt id>/`. */
  folder: string;
  /** True to merge a plan of which shards are missing or truncated. */
  partial?: boolean;
  /** Called with what a reader of the merged report has to know. */
  say?(line: string): void;
}

/**
 * Reports the runs of several blobs to observers as one run. What a partial merge lacks is in the `missing` of the run that ends.
 *
 * @throws InputError when a blob is damaged, given twice or of another plan; without `partial` also when a shard is missing or
 *   truncated.
 */
export async function mergeBlobs(
  files: readonly string[],
  observers: readonly RunObserver[],
  { folder, partial = false, say }: MergeOptions,
): Promise<{ run: RunInfo; interrupted: boolean }> {
  const blobs = await Promise.all(files.map(async (file) => ({ file, head: await readBlobHead(file) })));
  const lost = lostShards(blobs);
  if (lost.length > 0 && !partial) {
    const names = lost.map(shardName).join(', ');
    throw new InputError(
      `shard ${names} is missing; a report without it would be incomplete: --partial makes one that says so`,
    );
  }
  const plan = mergePlans(blobs);
  const missing = lost.length > 0 ? [addLostCells(plan, lost, blobs)] : [];
  const run = mergeRuns(blobs.map(({ head }) => head.run));
  const interrupted = blobs.some(({ head }) => head.interrupted);
  const seeds = [...new Set(blobs.map(({ head }) => head.run.seed))];
  if (seeds.length > 1) {
    say?.(
      `the blobs are of runs with different seeds (${seeds.join(', ')}): the report shows ${run.seed}; the command that repeats an attempt has the seed of that attempt`,
    );
  }
  for (const observer of observers) await observer.runStarted?.(run, [...plan.values()], 1);
  for (const { file, head } of blobs) {
    for await (const line of partial ? untilCut(file, missing) : readBlobAttempts(file)) {
      const key = head.plan[line.position];
      const planned = key && plan.get(cellKey(key.cell));
      if (!planned)
        throw new InputError(`${file}: attempt ${line.attempt.id} is of a cell that its plan does not have`);
      keepArtifacts(folder, line);
      for (const observer of observers) await observer.attemptEnded?.(planned, line.attempt);
    }
  }
  const ended = missing.length > 0 ? { ...run, missing } : run;
  for (const observer of observers) await observer.runEnded?.(ended, interrupted);
  return { run: ended, interrupted };
}

/** The attempts up to the point at which a blob is truncated. */
async function* untilCut(file: string, missing: string[]): AsyncGenerator<BlobAttempt> {
  try {
    yield* readBlobAttempts(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    missing.push(error.message);
  }
}

const shardName = ({ index, count }: Shard) => `${index}/${count}`;

/** Plans the cells of missing shards, so that reports show them as not run. Returns a sentence that names what is missing. */
function addLostCells(plan: Map<string, PlannedCell>, lost: readonly Shard[], blobs: readonly Blob[]): string {
  const names = `${lost.length === 1 ? 'shard' : 'shards'} ${andList(lost.map(shardName))}`;
  const is = lost.length === 1 ? 'is' : 'are';
  const whole = blobs.find(({ head }) => head.whole !== undefined)?.head.whole;
  if (!whole) return `${names} ${is} missing, and no blob says which cells that were`;
  const cells = whole.filter(({ cell }) => !plan.has(cellKey(cell)));
  for (const planned of cells) plan.set(cellKey(planned.cell), planned);
  return `${names} ${is} missing: ${cells.length} ${cells.length === 1 ? 'cell was' : 'cells were'} not run`;
}

/** @throws InputError when a blob is given twice, or they are not of one plan. */
function lostShards(blobs: readonly Blob[]): Shard[] {
  const seen = new Map<string, string>();
  for (const { file, head } of blobs) {
    const before = seen.get(head.run.id);
    if (before) throw new InputError(`${before} and ${file} are blobs of the same run ${head.run.id}`);
    seen.set(head.run.id, file);
  }
  const shards = blobs.map(({ head }) => head.shard).filter((shard) => shard !== null);
  const count = shards[0]?.count;
  if (count === undefined) return [];
  if (shards.length < blobs.length || shards.some((shard) => shard.count !== count)) {
    const parts = blobs.map(
      ({ file, head: { shard } }) => `${file} is ${shard ? `${shard.index}/${shard.count}` : 'whole'}`,
    );
    throw new InputError(`these blobs are not shards of one plan: ${parts.join(', ')}`);
  }
  const indexes = shards.map(({ index }) => index);
  const twice = indexes.find((index, place) => indexes.indexOf(index) !== place);
  if (twice !== undefined) {
    const files = blobs.filter(({ head }) => head.shard?.index === twice).map(({ file }) => file);
    throw new InputError(`${files.join(' and ')} are both shard ${twice}/${count}: give one of them`);
  }
  const all = Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
  return all.filter(({ index }) => !indexes.includes(index));
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

function keepArtifacts(folder: string, { attempt, screenshot, trace }: BlobAttempt): void {
  const target = join(folder, basename(attempt.id));
  const files = screenshot ? [{ ...screenshot, name: basename(screenshot.name) }, ...trace] : trace;
  for (const { name, base64 } of files) {
    makeFolder(dirname(join(target, name)));
    writeFileSync(join(target, name), Buffer.from(base64, 'base64'));
  }
}
