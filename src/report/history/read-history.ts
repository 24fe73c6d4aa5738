import type { Cell } from '../../contracts/attempt.ts';
import { liveBuild, parseBuild, sortBuilds } from '../../contracts/build-number.ts';
import type { CanaryHistory, CellChange, HistoryQuestion } from '../../contracts/canary-history.ts';
import { cellKey } from '../../contracts/cell-key.ts';
import { InputError } from '../../contracts/input-error.ts';
import type { CellRun, OutcomeCount } from '../../store/attempts-over-time.ts';
import type { Store } from '../../store/open-store.ts';
import { cellState, stateWord } from '../../words/cell-state.ts';
import { type BucketCounts, buildHistory, sortLibraries } from './build-history.ts';
import { historyWindow } from './history-window.ts';

const dayMs = 86_400_000;
const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Results of versions over time, from the attempts of all runs of a store. The database counts bucket by bucket and returns no
 * attempt.
 *
 * @param now milliseconds since 1970.
 * @throws InputError for a malformed window, or a library or build without attempts in the store.
 */
export async function readHistory(store: Store, question: HistoryQuestion, now: number): Promise<CanaryHistory> {
  const { window, libraries, builds } = question;
  const { buckets, bucketMs, to } = historyWindow(window, now);
  const known = { libraries: sortLibraries(await store.attempts.libraries()), builds: await knownBuilds(store) };
  refuseUnknown('library', libraries, known.libraries);
  refuseUnknown('build', builds?.map(checkedBuild), known.builds);
  const counted: BucketCounts[] = [];
  for (const start of buckets) {
    // A clock that was ahead must not hide attempts in the last bucket.
    const span = { from: iso(start), to: iso(start + bucketMs), libraries, builds };
    counted.push({
      outcomes: await store.attemptsOverTime.outcomes(span),
      times: await store.attemptsOverTime.phaseTimes(span),
    });
  }
  return {
    schemaVersion: 1,
    window,
    buckets: buckets.map(iso),
    bucketMs,
    to: iso(to),
    newestAttempt: await store.attemptsOverTime.newest(),
    ...known,
    ...buildHistory(counted),
    changes: await changes(store, question, to),
  };
}

async function changes(store: Store, { libraries, builds }: HistoryQuestion, to: number): Promise<CellChange[]> {
  const lastDay = { from: iso(to - dayMs), to: iso(to + 1) };
  const before = { from: iso(0), to: lastDay.from };
  const found: CellChange[] = [];
  for (const cell of cellsOf(await store.attemptsOverTime.outcomes({ ...lastDay, libraries, builds }))) {
    const [then, now] = [
      await store.attemptsOverTime.newestRun(cell, before),
      await store.attemptsOverTime.newestRun(cell, lastDay),
    ];
    if (then && now && differ(then, now)) found.push({ ...cell, before: runState(then), now: runState(now) });
  }
  return found;
}

function cellsOf(counts: readonly OutcomeCount[]): Cell[] {
  return [...new Map(counts.map(({ cell }) => [cellKey(cell), cell])).values()];
}

function differ(before: CellRun, now: CellRun): boolean {
  const [then, today] = [cellState(before.counts), cellState(now.counts)];
  return stateWord(then) !== stateWord(today) || then.code !== today.code;
}

function runState({ runId, at, counts }: CellRun): CellChange['now'] {
  return { ...cellState(counts), run: runId, at };
}

async function knownBuilds(store: Store): Promise<string[]> {
  return sortBuilds(await store.attempts.builds()).reverse();
}

function checkedBuild(text: string): string {
  try {
    if (text !== liveBuild) parseBuild(text);
    return text;
  } catch (error) {
    throw new InputError(`build: ${(error as Error).message}`);
  }
}

function refuseUnknown(
  axis: 'library' | 'build',
  asked: readonly string[] | undefined,
  known: readonly string[],
): void {
  const unknown = asked?.find((value) => !known.includes(value));
  if (unknown === undefined) return;
  const has =
    known.length === 0
      ? 'it has no attempts yet'
      : `it has ${known.slice(0, 12).join(', ')}${known.length > 12 ? ', ...' : ''}`;
  throw new InputError(`${axis} ${unknown}: the store has no attempt of it; ${has}`);
}
