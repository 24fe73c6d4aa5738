import type { ShardOfPlan } from '../../contracts/blob.ts';
import { type ExitCode, exitCode } from '../../contracts/exit-code.ts';
import { home } from '../../contracts/home.ts';
import { readRetention } from '../../contracts/retention.ts';
import type { PlannedCell, RunInfo } from '../../contracts/run.ts';
import type { TraceMode } from '../../contracts/trace.ts';
import type { ChosenReporter } from '../../report/choose-reporters.ts';
import { storeSource } from '../../report/report-source.ts';
import { ReporterGroup } from '../../report/reporter-group.ts';
import { reporters } from '../../report/reporters.ts';
import { RunTally } from '../../report/run-tally.ts';
import type { Terminal } from '../../report/terminal.ts';
import { standardOutput } from '../../report/write-report-file.ts';
import { runPlan } from '../../runner/run-plan.ts';
import { openStore } from '../../store/open-store.ts';
import { whileReading } from '../../store/reading.ts';
import { StoreRecorder } from '../../store/store-recorder.ts';
import type { CellSummary } from '../../words/cell-summary.ts';
import { stopSignal } from '../process/signals.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { exitOfRun } from './exit-of-run.ts';
import { keepReport, prune } from './prune.ts';

export interface RunSettings {
  slots: number;
  seed: number;
  /** Null when all of a plan is run. */
  part: ShardOfPlan | null;
  chosen: readonly ChosenReporter[];
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  terminal: Terminal;
}

export interface ExecutedRun {
  run: RunInfo;
  cells: CellSummary[];
  exit: ExitCode;
}

/**
 * Runs a plan into the store and the reporters, and names the files that were written. Ctrl-C or an uncaught error ends it
 * gracefully: finished attempts are kept and reported, and the exit code is 4.
 *
 * @throws InputError, TroubleError as `runPlan` and `openStore` do.
 */
export async function executeRun(plan: readonly PlannedCell[], settings: RunSettings): Promise<ExecutedRun> {
  const { slots, seed, part, chosen, trace, terminal } = settings;
  const retention = readRetention();
  const store = await openStore();
  const recorder = new StoreRecorder(store);
  const source = storeSource(store, recorder, (run, { artifacts }) => artifacts && home('runs', run.id, artifacts));
  const made = chosen.map(({ name, target }) => reporters[name]?.create(target, { terminal, source, part }) ?? {});
  const group = new ReporterGroup(made, (work) => whileReading(store.file, work));
  const tally = new RunTally();
  const say = (line: string) => terminal.progress(`${line}\n`);
  const stop = stopSignal(terminal.progress);
  try {
    const observers = [recorder, tally, group];
    const { run, interrupted } = await runPlan(plan, { slots, seed, observers, trace, signal: stop.signal, say });
    const written = chosen.filter(({ target }) => target !== '' && target !== standardOutput);
    for (const { name, target } of written) say(`${name}: ${name === 'html' ? `${target}/index.html` : target}`);
    keepReport(run.id, written);
    await prune(store, retention, say);
    const troubles = [...(recorder.trouble ? [recorder.trouble] : []), ...group.troubles, ...stop.bugs];
    const codes = troubles.map((trouble) => exitCodeOf(trouble, say));
    return {
      run,
      cells: tally.cells,
      exit: codes.length > 0 ? exitCode.trouble : exitOfRun(tally.cells, { interrupted }),
    };
  } finally {
    stop[Symbol.dispose]();
    await store.close();
  }
}
