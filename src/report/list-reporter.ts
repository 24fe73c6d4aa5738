import type { Attempt } from '../contracts/attempt.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { cellName } from '../words/cell-names.ts';
import { formatMs, symbols } from '../words/text.ts';
import { LiveLines } from './live-lines.ts';
import { renderResult } from './render-result.ts';
import type { ReportSource } from './report-source.ts';
import { reportedBuilds } from './reported-builds.ts';
import { RunTally } from './run-tally.ts';
import { headlineOfRun } from './summary-sentence.ts';
import type { Terminal } from './terminal.ts';
import { timeLeft } from './time-left.ts';

interface RunningCell {
  name: string;
  since: number;
}

/** `list`: one line per attempt as it ends, what is running below them on a terminal, and the result at the end. */
export class ListReporter implements RunObserver {
  readonly #terminal: Terminal;
  readonly #source: ReportSource;
  readonly #lines: LiveLines;
  readonly #tally = new RunTally();
  readonly #running = new Map<string, RunningCell>();
  #total = 0;
  #done = 0;
  #surprises = 0;
  /** Attempts without the evidence that there was, by the reason. */
  readonly #missing = new Map<string, number>();
  #slots = 1;
  #busyMs = 0;

  constructor(terminal: Terminal, source: ReportSource) {
    this.#terminal = terminal;
    this.#source = source;
    this.#lines = new LiveLines(terminal, () => this.#status());
  }

  runStarted(run: RunInfo, plan: readonly PlannedCell[], slots: number): void {
    this.#tally.runStarted(run, plan);
    this.#slots = slots;
    this.#total = plan.reduce((sum, { repeat }) => sum + repeat, 0);
    this.#lines.print(
      `run ${run.id}: ${plan.length} cells, ${this.#total} attempts, ${slots} at a time, seed ${run.seed}`,
    );
    this.#lines.start();
  }

  slotsChanged(slots: number): void {
    this.#slots = slots;
  }

  attemptStarted(attemptId: string, { cell }: PlannedCell): void {
    this.#running.set(attemptId, { name: cellName(cell), since: Date.now() });
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    this.#tally.attemptEnded(planned, attempt);
    this.#running.delete(attempt.id);
    this.#done += 1;
    this.#busyMs += attempt.durationMs;
    const surprise = isSurprise(planned.expectation, attempt);
    if (surprise) this.#surprises += 1;
    const { artifactsMissing: reason } = attempt;
    if (reason !== undefined) this.#missing.set(reason, (this.#missing.get(reason) ?? 0) + 1);
    this.#lines.print(this.#attemptLine(planned, attempt, surprise));
  }

  async runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    this.#lines.stop();
    const { cells } = this.#tally;
    const sentence = await headlineOfRun(this.#source, run, cells);
    const builds = await reportedBuilds(this.#source, run, cells);
    this.#terminal.result(`\n${renderResult(cells, { sentence, builds, run }, this.#terminal)}\n`);
    for (const [reason, count] of this.#missing) {
      this.#terminal.progress(
        `the evidence of ${count} ${count === 1 ? 'attempt' : 'attempts'} is missing: ${reason}\n`,
      );
    }
    if (interrupted) this.#terminal.progress('interrupted: the rest of the plan was not run\n');
  }

  #attemptLine({ cell }: PlannedCell, attempt: Attempt, surprise: boolean): string {
    const { colors } = this.#terminal;
    const place = `[${String(this.#done).padStart(String(this.#total).length)}/${this.#total}]`;
    const paint = { passed: colors.green, failed: colors.red, infra: colors.yellow }[attempt.outcome];
    const mark = surprise ? ` ${symbols.surprise} not as expected` : '';
    const why = attempt.cause ? `: ${attempt.cause.message.split('\n')[0]}` : '';
    const result = attempt.outcome === 'passed' ? 'passed' : `${attempt.code} in phase ${attempt.phase}${why}`;
    const time = colors.dim(formatMs(attempt.durationMs));
    return `${colors.dim(place)} ${paint(symbols[attempt.outcome])} ${cellName(cell)}  ${result}${mark}  ${time}`;
  }

  #status(): string[] {
    const counts = { passed: 0, failed: 0 };
    for (const { outcome } of this.#tally.cells) {
      if (outcome === 'passed' || outcome === 'failed') counts[outcome] += 1;
    }
    const found = [`${counts.passed} passed`, `${counts.failed} failed`];
    if (this.#surprises > 0) found.push(`${this.#surprises} not as expected`);
    const { colors } = this.#terminal;
    const running = [...this.#running.values()].map(({ name, since }) => ({ name, ms: Date.now() - since }));
    const left = timeLeft({
      left: this.#total - this.#done,
      ended: this.#done,
      busyMs: this.#busyMs,
      runningMs: running.reduce((sum, { ms }) => sum + ms, 0),
      slots: this.#slots,
    });
    return [
      colors.bold([`${this.#done}/${this.#total} done`, ...(left === null ? [] : [left])].join(', ')),
      found.join(', '),
      ...running.map(({ name, ms }) => `  ${formatMs(ms)}  ${name}`),
    ];
  }
}
