import semver from 'semver';
import { phases } from '../../codes/words.ts';
import type { CanaryHistory, CellHistory, RateSeries, TimePoint, TimeSeries } from '../../contracts/canary-history.ts';
import { cellKey } from '../../contracts/cell-key.ts';
import type { OutcomeCount, TimeCount } from '../../store/attempts-over-time.ts';
import { cellState } from '../../words/cell-state.ts';
import { percentile } from './percentile.ts';
import { ratePoint } from './rate-point.ts';

/** The counts of one bucket. */
export interface BucketCounts {
  outcomes: readonly OutcomeCount[];
  /** In ascending sequence of time. */
  times: readonly TimeCount[];
}

type Plots = Pick<CanaryHistory, 'attempts' | 'infra' | 'rates' | 'phaseTimes' | 'cells' | 'cellsLeftOut'>;

/** A page with more rows is slow and too long to read. */
const mostCells = 200;

/** Builds the plots from the counts of all buckets, oldest first. */
export function buildHistory(buckets: readonly BucketCounts[]): Plots {
  const all = buckets.flatMap(({ outcomes }) => outcomes);
  const sum = (counts: readonly OutcomeCount[]) => counts.reduce((total, { attempts }) => total + attempts, 0);
  const cells = cellHistories(buckets);
  return {
    attempts: sum(all),
    infra: sum(all.filter(({ outcome }) => outcome === 'infra')),
    rates: rateSeries(buckets),
    phaseTimes: timeSeries(buckets),
    cells: newestCells(cells),
    cellsLeftOut: Math.max(0, cells.length - mostCells),
  };
}

/** Newest version first; folders and tarballs, which have no version, at the end. */
export function sortLibraries(libraries: Iterable<string>): string[] {
  const parsed = [...new Set(libraries)].map((library) => ({ library, version: semver.parse(library) }));
  return parsed
    .sort((a, b) => {
      if (a.version && b.version) return semver.compareBuild(b.version, a.version);
      return Number(b.version !== null) - Number(a.version !== null) || a.library.localeCompare(b.library);
    })
    .map(({ library }) => library);
}

function rateSeries(buckets: readonly BucketCounts[]): RateSeries[] {
  const libraries = sortLibraries(buckets.flatMap(({ outcomes }) => outcomes.map(({ cell }) => cell.library)));
  return libraries.map((library) => ({
    library,
    points: buckets.map(({ outcomes }) => {
      const state = cellState(outcomes.filter(({ cell }) => cell.library === library));
      return ratePoint(state.passed, state.failed);
    }),
  }));
}

/** Sorted by phase, then by version. */
function timeSeries(buckets: readonly BucketCounts[]): TimeSeries[] {
  const groups = buckets.map(({ times }) => Map.groupBy(times, ({ phase, library }) => `${phase} ${library}`));
  const libraries = sortLibraries(buckets.flatMap(({ times }) => times.map(({ library }) => library)));
  const series = phases.flatMap((phase) =>
    libraries.map((library) => ({
      phase,
      library,
      points: groups.map((group) => timePoint(group.get(`${phase} ${library}`))),
    })),
  );
  return series.filter(({ points }) => points.some((point) => point !== null));
}

function timePoint(times: readonly TimeCount[] | undefined): TimePoint | null {
  if (!times) return null;
  const counts = times.map(({ ms, attempts }) => ({ value: ms, count: attempts }));
  const rounded = (percent: number) => Math.round(percentile(counts, percent) * 10) / 10;
  return { attempts: counts.reduce((sum, { count }) => sum + count, 0), p50: rounded(50), p95: rounded(95) };
}

/** Newest version first. */
function cellHistories(buckets: readonly BucketCounts[]): CellHistory[] {
  const groups = buckets.map(({ outcomes }) => Map.groupBy(outcomes, ({ cell }) => cellKey(cell)));
  const cells = new Map(buckets.flatMap(({ outcomes }) => outcomes.map(({ cell }) => [cellKey(cell), cell])));
  const histories = [...cells].map(([key, cell]) => ({
    ...cell,
    states: groups.map((group) => {
      const ends = group.get(key);
      return ends ? cellState(ends) : null;
    }),
  }));
  const places = new Map(
    sortLibraries(histories.map(({ library }) => library)).map((library, place) => [library, place]),
  );
  const place = ({ library }: CellHistory) => places.get(library) ?? 0;
  return histories.sort((a, b) => place(a) - place(b) || (cellKey(a) < cellKey(b) ? -1 : 1));
}

/** The most recently attempted ones, in their original sequence. */
function newestCells(cells: readonly CellHistory[]): CellHistory[] {
  const last = ({ states }: CellHistory) => states.findLastIndex((state) => state !== null);
  const kept = new Set(cells.toSorted((a, b) => last(b) - last(a)).slice(0, mostCells));
  return cells.filter((cell) => kept.has(cell));
}
