import { randomInt } from 'node:crypto';
import { defaultSlots } from '../browser/default-slots.ts';
import type { Attempt, Cell } from '../contracts/attempt.ts';
import type { ExitCode } from '../contracts/exit-code.ts';
import type { RunReport } from '../contracts/run.ts';
import { greatestRandomSeed } from '../contracts/seeded-random.ts';
import type { TraceMode } from '../contracts/trace.ts';
import { chooseReporters } from '../report/choose-reporters.ts';
import { reportOf } from '../report/report-source.ts';
import { processTerminal } from '../report/terminal.ts';
import { executeRun } from './execute-run.ts';
import { type CellChoice, resolvedPlan } from './read-plan.ts';

/** How a program follows attempts that it started, and ends them. */
export interface AttemptHooks {
  /** Ends them early: those under way are recorded as `infra` with the code `interrupted`, and no other is started. */
  signal?: AbortSignal | undefined;
  /** Called after every attempt. The next ones wait for a promise that it returns. */
  onAttempt?: ((cell: Cell, attempt: Attempt) => void | Promise<void>) | undefined;
  /** Called with what a person may want to know: downloads, what the project installs, how many attempts are expected. */
  say?: ((line: string) => void) | undefined;
}

/** What is attempted and how. Everything can be left out; the names are those of the options of `wwebjs-canary run`, and `switches` is `--switch`. */
export interface RunOptions extends CellChoice, AttemptHooks {
  /** Attempts at the same time; one per two cores when left out. */
  slots?: number | undefined;
  /** Repeats a run: the order of attempts and everything random in them. A random one when left out. */
  seed?: number | undefined;
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  /** Reports to write, as `--reporter` takes them: `json=FILE,html=DIR`; none when left out. */
  reporter?: string | undefined;
}

/** A run that has ended. */
export interface RunResult {
  /** Everything, in the shape of the JSON report; times are milliseconds. */
  report: RunReport;
  /** As of the command: 0 as expected, 1 an attempt was unexpected, 4 trouble with the machine or the harness, or interrupted. */
  exitCode: ExitCode;
  /** Why records or reports are not complete; empty when they are. */
  troubles: readonly unknown[];
}

/** `run()` of the package; see src/index.ts. */
export async function runCells(options: RunOptions = {}): Promise<RunResult> {
  const { slots = defaultSlots(), seed = randomInt(1, greatestRandomSeed), trace, reporter, signal } = options;
  const { onAttempt, say = () => {} } = options;
  const chosen = reporter === undefined ? [] : chooseReporters(reporter);
  const terminal = { ...processTerminal(), progress: (text: string) => say(text.trimEnd()), live: false };
  const plan = await resolvedPlan(options, say);
  const troubles: unknown[] = [];
  let report: RunReport | undefined;
  const { exit } = await executeRun(plan, {
    ...{ slots, seed, trace, chosen, terminal, signal },
    part: null,
    observe: (source) => ({
      attemptEnded: ({ cell }, attempt) => onAttempt?.(cell, attempt),
      async runEnded(run) {
        report = await reportOf(run, source);
      },
    }),
    complain: (trouble) => void troubles.push(trouble),
  });
  return { report: report as RunReport, exitCode: exit, troubles };
}
