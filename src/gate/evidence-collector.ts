import type { Cell } from '../contracts/attempt.ts';
import type { JudgedAttempt, PassedAttempts } from '../contracts/judged-attempt.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Arm, Narrowing, Place } from '../contracts/verdict.ts';
import { type ArmEvidence, type CellEvidence, type Evidence, type FlowEvidence, noEvidence } from './evidence.ts';
import { HardFindings } from './rules/hard-rules.ts';

/** What is compared. `asOf` is the time that the age of attempts is measured from. */
export interface Question {
  baseline: string;
  candidate: string;
  asOf: string;
  /** What was left out on purpose before attempts came here. */
  narrowing?: Narrowing | undefined;
}

const hourMs = 3_600_000;

/** Takes attempts one by one, so that a million of them need not be in memory, and keeps what a verdict needs. */
export class EvidenceCollector {
  readonly #question: Question;
  readonly #oldest: number;
  readonly #hardFindings: HardFindings;
  readonly #cells = new Map<string, CellEvidence & { dealt: number }>();
  /** Attempts mostly come cell by cell, and then share the object that names the cell. */
  #last: { cell: Cell; evidence: CellEvidence & { dealt: number } } | undefined;

  constructor(question: Question, policy: Policy) {
    this.#question = question;
    this.#oldest = Date.parse(question.asOf) - policy.maxAgeHours * hourMs;
    this.#hardFindings = new HardFindings(policy.hardRules);
  }

  /**
   * Attempts of other versions are passed over.
   *
   * @param given the arm, where it is known; else it is that of the version.
   */
  add(attempt: JudgedAttempt, given?: Arm): void {
    const { library } = attempt.cell;
    // Somebody pressed Ctrl-C: that says nothing about a library and nothing about the machine.
    if (attempt.code === 'interrupted') return;
    if (library !== this.#question.baseline && library !== this.#question.candidate) return;
    const cell = this.#cellOf(attempt.cell);
    const name = given ?? this.#armOf(cell, library);
    const arm = cell[name];
    if (Date.parse(attempt.startedAt) < this.#oldest) {
      arm.stale++;
      return;
    }
    if (name === 'candidate') this.#hardFindings.look(attempt);
    count(attempt, arm);
  }

  /** Attempts before this time are too old to count; ISO 8601. */
  get since(): string {
    return new Date(this.#oldest).toISOString();
  }

  /**
   * The same as `add` with each of them. Not for a version that is compared with itself, whose attempts are dealt one by one.
   */
  addPassed({ cell, stale, passed, readyMs }: PassedAttempts): void {
    if (stale + passed === 0) return;
    const evidence = this.#findOrAdd(cell);
    const arm = evidence[this.#armOf(evidence, cell.library)];
    arm.stale += stale;
    arm.attempts += passed;
    for (const time of readyMs) arm.times.push(comparable(time));
  }

  evidence(): Evidence {
    const flows = new Map<string, FlowEvidence>();
    for (const [, { place, baseline, candidate }] of [...this.#cells].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const flow = flows.get(place.flow) ?? { flow: place.flow, cells: [] };
      flow.cells.push({ place, baseline, candidate });
      flows.set(place.flow, flow);
    }
    return {
      ...this.#question,
      hardFindings: this.#hardFindings.found(),
      flows: [...flows.values()].sort((a, b) => (a.flow < b.flow ? -1 : 1)),
    };
  }

  #cellOf(cell: Cell): CellEvidence & { dealt: number } {
    if (this.#last?.cell !== cell) this.#last = { cell, evidence: this.#findOrAdd(cell) };
    return this.#last.evidence;
  }

  #findOrAdd({ build, browser, flow, condition, target }: Cell): CellEvidence & { dealt: number } {
    const key = `${flow} | ${build} | ${browser} | ${condition} | ${target}`;
    let cell = this.#cells.get(key);
    if (!cell) {
      const place: Place = { build, browser, flow, condition, target };
      cell = { place, baseline: noEvidence(), candidate: noEvidence(), dealt: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }

  /** A version that is compared with itself has its attempts dealt to the arms in turn. */
  #armOf(cell: { dealt: number }, library: string): Arm {
    if (this.#question.baseline === this.#question.candidate) return cell.dealt++ % 2 === 0 ? 'baseline' : 'candidate';
    return library === this.#question.baseline ? 'baseline' : 'candidate';
  }
}

function count({ outcome, code, blame, readyMs }: JudgedAttempt, arm: ArmEvidence): void {
  // A failure of the harness itself, such as a stub of the replica that was called, says nothing about the library.
  if (outcome === 'infra' || (outcome === 'failed' && blame === 'harness')) {
    arm.infra++;
    if (code === 'provenance-mismatch') arm.mismatched++;
    return;
  }
  arm.attempts++;
  if (outcome === 'failed') arm.failures++;
  if (readyMs !== null) arm.times.push(comparable(readyMs));
  else if (outcome === 'failed') arm.times.push(Infinity);
}

/**
 * A time in the tenths of a millisecond that phases are measured in: sums of them that differ in their last bits are a tie. At
 * least 1, since ratios of times need one above 0.
 */
function comparable(readyMs: number): number {
  return Math.max(Math.floor(readyMs * 10 + 0.5) / 10, 1);
}
