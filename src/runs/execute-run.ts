import type { ShardOfPlan } from '../contracts/blob.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { type ExitCode, exitCode } from '../contracts/exit-code.ts';
import { home } from '../contracts/home.ts';
import { readRetention } from '../contracts/retention.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import type { TraceMode } from '../contracts/trace.ts';
import type { ChosenReporter } from '../report/choose-reporters.ts';
import { type ReportSource, storeSource } from '../report/report-source.ts';
import { ReporterGroup } from '../report/reporter-group.ts';
import { reporters } from '../report/reporters.ts';
import { RunTally } from '../report/run-tally.ts';
import type { Terminal } from '../report/terminal.ts';
import { standardOutput } from '../report/write-report-file.ts';
import { refuseLinks } from '../runner/live-site.ts';
import {
  type AttemptMaker,
  type EndedRun,
  type LiveAttempter,
  type RunOrder,
  runPlan,
  runTasks,
} from '../runner/run-plan.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { whileReading } from '../store/reading.ts';
import { StoreRecorder } from '../store/store-recorder.ts';
import type { CellSummary } from '../words/cell-summary.ts';
import { exitOfRun } from './exit-of-run.ts';
import { keepReport, prune } from './prune.ts';
import { placedTasks, RepeatLost, unmadeTasks } from './repeat-lost.ts';
import { RecordedTries } from './resumed-run.ts';

/** Attempts in the queue of a fleet at the same time: enough for every fleet, and a part of a large plan. */
export const fleetSlots = 1_000;

/** Where attempts are made that are not made on this machine. */
export interface Fleet {
  /** Hears of every record after all other observers. */
  maker: AttemptMaker & RunObserver;
  /** How often an attempt whose worker was lost is made again. */
  repeats: number;
  /** A run of the store that was cut off and goes on. */
  resumed?: RunInfo | undefined;
}

export interface RunSettings {
  slots: number;
  seed: number;
  /** Null when all of a plan is run. */
  part: ShardOfPlan | null;
  chosen: readonly ChosenReporter[];
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  terminal: Terminal;
  /** Makes the attempts on the live site, where the plan has such. */
  live?: LiveAttempter | undefined;
  /** Makes the attempts; this machine does when left out. */
  fleet?: Fleet | undefined;
  /** Ends the run early; finished attempts are kept and reported. */
  signal?: AbortSignal | undefined;
  /** As `runPlan` takes it: what was not started by then is not run. */
  until?: AbortSignal | undefined;
  /** Makes one more observer, which can read the ended run from `source`. */
  observe?: ((source: ReportSource) => RunObserver) | undefined;
  /** Called with every error that leaves records and reports incomplete. */
  complain(trouble: unknown): void;
}

export interface ExecutedRun {
  run: RunInfo;
  cells: CellSummary[];
  exit: ExitCode;
}

/**
 * Runs a plan into the store and the reporters, and names the files that were written.
 *
 * @throws InputError, TroubleError as `runPlan` and `openStore` do.
 */
export async function executeRun(plan: readonly PlannedCell[], settings: RunSettings): Promise<ExecutedRun> {
  const { slots, seed, part, chosen, trace, terminal, live, fleet, signal, until, observe, complain } = settings;
  const retention = readRetention();
  const store = await openStore();
  const recorder = new StoreRecorder(store);
  const source = storeSource(store, recorder, (run, { artifacts }) => artifacts && home('runs', run.id, artifacts));
  const made = chosen.map(({ name, target }) => reporters[name]?.create(target, { terminal, source, part }) ?? {});
  const group = new ReporterGroup(made, (work) => whileReading(store.file, work));
  const tally = new RunTally();
  const say = (line: string) => terminal.progress(`${line}\n`);
  try {
    const observers = [recorder, tally, group, ...(observe ? [observe(source)] : [])];
    const order = { slots, seed, observers, until, ...(signal && { signal }) };
    const { run, interrupted } = await (fleet
      ? runOnFleet(plan, fleet, order, store)
      : runPlan(plan, { ...order, trace, say, live }));
    const written = chosen.filter(({ target }) => target !== '' && target !== standardOutput);
    for (const { name, target } of written) say(`${name}: ${name === 'html' ? `${target}/index.html` : target}`);
    keepReport(run.id, written);
    await prune(store, retention, say);
    const troubles = [...(recorder.trouble ? [recorder.trouble] : []), ...group.troubles];
    for (const trouble of troubles) complain(trouble);
    return {
      run,
      cells: tally.cells,
      exit: troubles.length > 0 ? exitCode.trouble : exitOfRun(tally.cells, { interrupted }),
    };
  } finally {
    await store.close();
  }
}

/** @throws InputError for cells that link an account: a worker has neither its phone nor a place for its code, which its log would keep. */
export function checkForFleet(plan: readonly PlannedCell[]): void {
  refuseLinks(plan.filter(({ cell }) => cell.target === 'live').map(({ cell }) => cell.flow));
}

/** Has every attempt made that has no record. Reporters hear of earlier records too, and the store does not take them again. */
async function runOnFleet(
  plan: readonly PlannedCell[],
  { maker, repeats, resumed }: Fleet,
  { observers, ...order }: RunOrder,
  store: Store,
): Promise<EndedRun> {
  checkForFleet(plan);
  const all = placedTasks(plan, order.seed);
  const left = resumed ? unmadeTasks(all, await RecordedTries.read(store, resumed)) : all;
  const queue = new RepeatLost(left, repeats);
  const planned = new Map(plan.map((each) => [cellKey(each.cell), each]));
  const again: RunObserver = {
    async runStarted() {
      if (!resumed) return;
      for await (const { cell, attempt } of store.attempts.read({ runId: resumed.id })) {
        const its = planned.get(cellKey(cell));
        if (!its) continue;
        for (const observer of observers) await observer.attemptEnded?.(its, attempt);
        await maker.wasRecorded?.(its, attempt);
      }
    },
  };
  return runTasks(plan, maker, { ...order, observers: [...observers, again, queue, maker], queue }, resumed);
}
