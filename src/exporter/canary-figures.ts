import type { Cell } from '../contracts/attempt.ts';
import type { Confidence } from '../contracts/build-data.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { isSurprise } from '../contracts/is-surprise.ts';
import type { Expectation } from '../contracts/matrix.ts';
import type { Phase } from '../contracts/outcome.ts';
import { families } from '../metrics/families.ts';
import { listed } from '../metrics/family.ts';
import type { Instruments } from '../metrics/instruments.ts';
import { dataEnd } from '../replica/builds/build-dates.ts';
import type { CountedAttempt } from '../store/attempts.ts';
import type { Store } from '../store/open-store.ts';
import { whileReading } from '../store/reading.ts';
import { cellLabels } from './cell-labels.ts';

/** What the last run of a cell said. */
interface CellLastRun {
  runId: string;
  asExpected: boolean;
  passed: boolean;
}

/** Dates of builds have no time of day, so an age is in whole days. */
const daySeconds = 24 * 3600;

/**
 * Figures of the canaries, counted from the attempts in the store in the order in which they ended. Every exporter of the same
 * store counts the same, and one that starts again counts all of them again, so that no counter ever goes back.
 */
export class CanaryFigures {
  readonly #store: Store;
  readonly #attempts;
  readonly #phaseSeconds;
  readonly #lastSuccess;
  readonly #lastAttempt;
  readonly #asExpected;
  readonly #passed;
  readonly #libraryInfo;
  readonly #buildConfidence;
  readonly #dataAge;
  readonly #cells = new Map<string, CellLastRun>();
  readonly #confidences = new Map<string, Confidence>();
  readonly #libraries = new Map<string, { installed: string; loaded: string }>();
  #expectations: { runId: string; of: Map<string, Expectation | null> } | null = null;
  #lastSeq = 0;
  #hasCountedRemoved = false;

  constructor(store: Store, instruments: Instruments) {
    this.#store = store;
    this.#attempts = instruments.counter(families.canaryAttempts);
    this.#phaseSeconds = instruments.histogram(families.canaryPhaseDuration);
    this.#lastSuccess = instruments.gauge(families.canaryLastSuccess);
    this.#lastAttempt = instruments.gauge(families.canaryLastAttempt);
    this.#asExpected = instruments.gauge(families.canaryCellAsExpected);
    this.#passed = instruments.gauge(families.canaryCellPassed);
    this.#libraryInfo = instruments.gauge(families.libraryInfo);
    this.#buildConfidence = instruments.gauge(families.canaryBuildConfidence);
    this.#dataAge = instruments.gauge(families.surfaceDataAge);
  }

  /** Counts the attempts that ended since the last time; the first time also those that were removed from the store. */
  async refresh(): Promise<void> {
    this.#dataAge.set({}, daySeconds * Math.floor((Date.now() - Date.parse(dataEnd())) / 1000 / daySeconds));
    if (this.#hasCountedRemoved) return await this.#countNew();
    await whileReading(this.#store.file, async () => {
      await this.#countRemoved();
      await this.#countNew();
    });
  }

  async #countRemoved(): Promise<void> {
    for (const { cell, outcome, code, attempts, lastEndedAt } of await this.#store.retained.removedAttempts()) {
      const { library, build, flow, target } = cell;
      this.#begin(cell);
      this.#attempts.inc(
        { ...cellLabels(cell), outcome, code: listed(families.canaryAttempts.labels.code, code) },
        attempts,
      );
      this.#lastAttempt.set({ library, build, flow, target }, lastEndedAt / 1000);
      if (outcome === 'passed') this.#lastSuccess.set({ library, build, flow, target }, lastEndedAt / 1000);
    }
    for (const { library, flow, phase, ms, attempts } of await this.#store.retained.removedTimes()) {
      for (let n = 0; n < attempts; n++) this.#phaseSeconds.observe({ library, flow, phase }, ms / 1000);
    }
    this.#hasCountedRemoved = true;
  }

  async #countNew(): Promise<void> {
    const newest = new Map<string, number>();
    const newestOfBuilds = new Map<string, number>();
    for await (const page of this.#store.attempts.counted(this.#lastSeq)) {
      for (const attempt of page) {
        if (this.#expectations?.runId !== attempt.runId) await this.#readExpectations(attempt.runId);
        this.#count(attempt);
        newest.set(attempt.cell.library, attempt.seq);
        newestOfBuilds.set(attempt.cell.build, attempt.seq);
        this.#lastSeq = attempt.seq;
      }
    }
    await this.#setLibraries([...newest.values()]);
    await this.#setConfidences(newestOfBuilds);
  }

  /**
   * Prometheus takes no increase from a series that begins above 0. These two begin with the cell: the share that passed is asked of
   * cells that never do, and an alert counts attempts that ran another library, which may be one.
   */
  #begin(cell: Cell): void {
    this.#attempts.inc({ ...cellLabels(cell), outcome: 'passed', code: '' }, 0);
    this.#attempts.inc({ ...cellLabels(cell), outcome: 'infra', code: 'provenance-mismatch' }, 0);
  }

  #count(attempt: CountedAttempt): void {
    const { cell, outcome, code, endedAt, phases } = attempt;
    const { library, build, flow, target } = cell;
    this.#begin(cell);
    this.#attempts.inc({ ...cellLabels(cell), outcome, code: listed(families.canaryAttempts.labels.code, code ?? '') });
    for (const [phase, ms] of Object.entries(phases) as [Phase, number][]) {
      this.#phaseSeconds.observe({ library, flow, phase }, ms / 1000);
    }
    this.#lastAttempt.set({ library, build, flow, target }, endedAt / 1000);
    if (outcome === 'passed') this.#lastSuccess.set({ library, build, flow, target }, endedAt / 1000);
    if (outcome !== 'infra') this.#judge(attempt);
  }

  /** Attempts that the harness or the machine spoiled say nothing about a cell. */
  #judge(attempt: CountedAttempt): void {
    const { cell, runId, outcome } = attempt;
    const key = cellKey(cell);
    const before = this.#cells.get(key);
    const surprise = isSurprise(this.#expectations?.of.get(key) ?? null, attempt);
    const asExpected = !surprise && (before?.runId !== runId || before.asExpected);
    this.#cells.set(key, { runId, asExpected, passed: outcome === 'passed' });
    const labels = cellLabels(cell);
    this.#asExpected.set(labels, asExpected ? 1 : 0);
    this.#passed.set(labels, outcome === 'passed' ? 1 : 0);
  }

  async #readExpectations(runId: string): Promise<void> {
    const plan = await this.#store.plannedCells.ofRun(runId);
    this.#expectations = { runId, of: new Map(plan.map(({ cell, expectation }) => [cellKey(cell), expectation])) };
  }

  async #setConfidences(newest: ReadonlyMap<string, number>): Promise<void> {
    for (const [build, seq] of newest) {
      const confidence = await this.#store.attempts.buildConfidence(seq);
      if (confidence) this.#confidences.set(build, confidence);
    }
    this.#buildConfidence.clear();
    for (const [build, confidence] of this.#confidences) this.#buildConfidence.set({ build, confidence }, 1);
  }

  async #setLibraries(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) {
      const { requested, installed, loaded } = await this.#store.attempts.provenance(seq);
      this.#libraries.set(requested, { installed: installed ?? '', loaded: loaded ?? '' });
    }
    this.#libraryInfo.clear();
    for (const [declared, rest] of this.#libraries) this.#libraryInfo.set({ role: 'canary', declared, ...rest }, 1);
  }
}
