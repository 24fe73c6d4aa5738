import type { Attempt, Cell } from '../contracts/attempt.ts';
import type { LiveTried } from '../contracts/build-origin.ts';
import type { CanaryHistory } from '../contracts/canary-history.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { CellReport, PlannedCell, RunInfo, RunReport } from '../contracts/run.ts';
import type { Standing } from '../contracts/standing.ts';
import type { LiveBuild } from '../store/live-builds.ts';
import type { Store } from '../store/open-store.ts';
import type { StoreRecorder } from '../store/store-recorder.ts';
import { type CellSummary, comparedReport, countCells, summarizeReport } from '../words/cell-summary.ts';
import { readHistory } from './history/read-history.ts';
import { reportedBuilds } from './reported-builds.ts';

/** So many builds of the live site are in a report; `report builds` shows more. */
const findingsShown = 10;

/** A run with what its cells did. */
export interface SummarizedRun {
  run: RunInfo;
  cells: readonly CellSummary[];
}

/** The source from which reporters of everything read an ended run: cell by cell, never all at once. */
export interface ReportSource {
  plan(run: RunInfo): Promise<PlannedCell[]>;
  cells(run: RunInfo): AsyncGenerator<CellReport>;
  /** The last 30 days of the versions of a run, over all runs; null when the store has no attempt of them. */
  history(run: RunInfo): Promise<CanaryHistory | null>;
  /** The results of all runs for the libraries of these cells on their builds; the cells have one browser and target. */
  standings(cells: readonly Cell[]): Promise<Standing[]>;
  /** What attempts of all runs on the live site came to whose page was of one of these builds; null where no store is asked. */
  onLiveSite(builds: readonly string[]): Promise<LiveTried[] | null>;
  /** What was found about the last builds of the live site, the newest first. */
  findings(): Promise<LiveBuild[]>;
  /** The newest run before this one that planned the same cells; null when the store has none. */
  before(run: RunInfo): Promise<SummarizedRun | null>;
  /** The absolute path of the folder with an attempt's screenshots and trace, which may be gone; null when nothing was stored. */
  artifacts(run: RunInfo, attempt: Attempt): string | null;
}

/** The cells of a run in the store, in the sequence of the plan. */
export async function* storedCells(
  store: Store,
  runId: string,
  notInStore: (cell: Cell) => Attempt[] = () => [],
): AsyncGenerator<CellReport> {
  for (const { cell, expectation } of await store.plannedCells.ofRun(runId)) {
    const stored = await Array.fromAsync(store.attempts.read({ runId, ...cell }), ({ attempt }) => attempt);
    const attempts = [...stored, ...notInStore(cell)];
    const surprise = attempts.some((attempt) => isSurprise(expectation, attempt));
    yield { ...cell, expectation, surprise, attempts };
  }
}

/** Reads a run from the store, and attempts that the store did not accept from the recorder's file. */
export function storeSource(store: Store, recorder: StoreRecorder, artifacts: ReportSource['artifacts']): ReportSource {
  const plan = (run: RunInfo) => store.plannedCells.ofRun(run.id);
  return {
    plan,
    artifacts,
    async history(run) {
      const planned = new Set((await plan(run)).map(({ cell }) => cell.library));
      const libraries = (await store.attempts.libraries()).filter((library) => planned.has(library));
      if (libraries.length === 0) return null;
      return readHistory(store, { window: '30d', libraries }, Date.parse(run.finishedAt ?? run.startedAt));
    },
    async standings(cells) {
      const [first] = cells;
      if (!first) return [];
      const { browser, target } = first;
      const libraries = cells.map(({ library }) => library);
      return store.standings.of({ libraries, builds: cells.map(({ build }) => build), browser, target });
    },
    onLiveSite: (builds) => store.standings.onLiveSite(builds),
    findings: () => store.liveBuilds.newest(findingsShown),
    async before(run) {
      const earlier = await store.runs.beforeWithSamePlan(run);
      if (!earlier) return null;
      const cells = await Array.fromAsync(storedCells(store, earlier.run.id), summarizeReport);
      return { run: earlier.run, cells };
    },
    cells: (run) => storedCells(store, run.id, (cell) => recorder.spilledOf(cell)),
  };
}

/** All of an ended run in memory, in the shape of the JSON report. */
export async function reportOf(run: RunInfo, source: Pick<ReportSource, 'cells' | 'onLiveSite'>): Promise<RunReport> {
  const cells = await Array.fromAsync(source.cells(run), comparedReport);
  const summaries = cells.map(summarizeReport);
  const builds = await reportedBuilds(source, run, summaries);
  return { schemaVersion: 1, run, builds, cells, summary: countCells(summaries) };
}
