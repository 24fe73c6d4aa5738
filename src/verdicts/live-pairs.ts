import type { Attempt, Cell } from '../contracts/attempt.ts';
import { judgedAttempt } from '../contracts/judged-attempt.ts';
import type { LiveClaim } from '../contracts/verdict.ts';
import { isSpoiled } from '../gate/evidence-collector.ts';

/** An attempt on the live site. */
export interface LiveAttempt {
  cell: Cell;
  attempt: Attempt;
}

/** Both versions one after the other, on the same devices and the same build; the one that began first is first. */
export type LivePair = readonly [LiveAttempt, LiveAttempt];

export interface Paired extends Pick<LiveClaim, 'unpaired'> {
  /** By build, in the sequence in which builds were served first; in each from old to new. The build is null where no pair has one. */
  byBuild: ReadonlyMap<string | null, readonly LivePair[]>;
}

/** So much later than the other one, an attempt of a pair begins at most, in milliseconds: the longest pause of a run and both attempts. */
const pairWithinMs = 2 * 3_600_000;

/**
 * Pairs attempts of two versions by devices, time and build: what changed between them is the version alone. An attempt that came to no
 * page saw no build, and is paired with its neighbour in time. A version that is compared with itself is paired with itself.
 *
 * @param attempts of two versions, in any sequence. @param isSameVersion they are of one, which is compared with itself.
 */
export function pairLiveAttempts(attempts: readonly LiveAttempt[], isSameVersion = false): Paired {
  const unpaired = { buildChanged: 0, spoiled: 0, alone: 0 };
  const pairs: LivePair[] = [];
  const inTime = attempts.toSorted((a, b) => startOf(a) - startOf(b) || (a.attempt.id < b.attempt.id ? -1 : 1));
  const counted = inTime.filter((each) => {
    const counts = !isSpoiled(judgedAttempt(each.cell, each.attempt)) && each.attempt.code !== 'interrupted';
    if (!counts) unpaired.spoiled++;
    return counts;
  });
  for (const ofDevices of Map.groupBy(counted, placeOf).values()) {
    let open: LiveAttempt | null = null;
    for (const each of ofDevices) {
      if (buildsOf(each).length > 1) {
        unpaired.buildChanged++;
        continue;
      }
      const first: LiveAttempt | null = open;
      open = each;
      if (first === null) continue;
      const isOther = isSameVersion || first.cell.library !== each.cell.library;
      if (!isOther || startOf(each) - startOf(first) > pairWithinMs) unpaired.alone++;
      else if (new Set([...buildsOf(first), ...buildsOf(each)]).size > 1) unpaired.buildChanged++;
      else {
        pairs.push([first, each]);
        open = null;
      }
    }
    if (open !== null) unpaired.alone++;
  }
  return { byBuild: groupByBuild(pairs.toSorted(([a], [b]) => startOf(a) - startOf(b))), unpaired };
}

/** A pair that came to no page is of the build of the pair before it, and the first ones are of the first build. */
function groupByBuild(pairs: readonly LivePair[]): Paired['byBuild'] {
  let build = pairs.flatMap((pair) => pair.flatMap(buildsOf))[0] ?? null;
  return Map.groupBy(pairs, (pair) => {
    build = pair.flatMap(buildsOf)[0] ?? build;
    return build;
  });
}

function startOf({ attempt }: LiveAttempt): number {
  return Date.parse(attempt.startedAt);
}

function buildsOf({ attempt }: LiveAttempt): readonly string[] {
  return attempt.live?.builds ?? [];
}

/** What a pair has in common besides time and build. */
function placeOf({ cell, attempt }: LiveAttempt): string {
  return [cell.flow, cell.browser, ...(attempt.live?.accounts ?? [])].join(' | ');
}
