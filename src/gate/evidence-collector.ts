import type { Cell } from '../contracts/attempt.ts';
import type { JudgedAttempt, PassedAttempts } from '../contracts/judged-attempt.ts';
import type { Target } from '../contracts/outcome.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Arm, Narrowing, Place } from '../contracts/verdict.ts';
import { type ArmEvidence, type CellEvidence, type Evidence, type FlowEvidence, noEvidence } from './evidence.ts';
import { placeKey } from './place-key.ts';
import { HardFindings } from './rules/hard-rules.ts';

/** What is compared. `asOf` is the time that the age of attempts is measured from. */
export interface Question {
  baseline: string;
  candidate: string;
  asOf: string;
  /** What was left out on purpose before attempts came here. */
  narrowing?: Narrowing | undefined;
  /** The only target of which attempts came here, where that was chosen. */
  target?: Target | undefined;
}

const hourMs = 3_600_000;
/** Clocks of machines differ; an attempt that began later than this after the question has a wrong time. */
const aheadMs = 24 * hourMs;

interface DealtCell extends CellEvidence {
  /** Attempts that were dealt to an arm, of a version that is compared with itself. */
  dealt: number;
}

/** Takes attempts one by one, so that a million of them need not be in memory, and keeps what a verdict needs. */
export class EvidenceCollector {
  readonly #question: Question;
  readonly #oldest: number;
  readonly #newest: number;
  readonly #hardFindings: HardFindings;
  readonly #cells = new Map<string, DealtCell>();
  /** Attempts of a version that is compared with itself, whose arms are not known yet. */
  readonly #undealt: JudgedAttempt[] = [];
  /** Attempts mostly come cell by cell, and then share the object that names the cell. */
  #last: { cell: Cell; evidence: DealtCell } | undefined;

  constructor(question: Question, policy: Policy) {
    this.#question = question;
    this.#oldest = Date.parse(question.asOf) - policy.maxAgeHours * hourMs;
    this.#newest = Date.parse(question.asOf) + aheadMs;
    this.#hardFindings = new HardFindings(policy.hardRules);
  }

  /** A cell that is to be tried: until it is, that is missing. */
  expect(place: Place): void {
    this.#findOrAdd(place);
  }

  /**
   * Attempts of other versions are passed over.
   *
   * @param given the arm of an attempt that was made for this comparison just now; else it is that of the version.
   */
  add(attempt: JudgedAttempt, given?: Arm): void {
    const { library } = attempt.cell;
    // Somebody pressed Ctrl-C: that says nothing about a library and nothing about the machine.
    if (attempt.code === 'interrupted') return;
    if (library !== this.#question.baseline && library !== this.#question.candidate) return;
    if (this.#isSameVersion && !given) this.#undealt.push(attempt);
    else this.#count(attempt, given ?? this.#armOf(library), given !== undefined);
  }

  /**
   * What breaks hard rules and belongs to no rate: what a session says again, or what happened to both versions. Of the baseline and of
   * other times it is passed over.
   */
  addFinding(attempt: JudgedAttempt): void {
    const began = Date.parse(attempt.startedAt);
    if (attempt.cell.library !== this.#question.candidate || began < this.#oldest || began > this.#newest) return;
    this.#hardFindings.look(attempt);
  }

  /** The times between which attempts begin that count; ISO 8601. */
  get period(): { since: string; until: string } {
    return { since: new Date(this.#oldest).toISOString(), until: new Date(this.#newest).toISOString() };
  }

  /**
   * The same as `add` with each of them. Not for a version that is compared with itself, whose attempts are dealt one by one.
   */
  addPassed({ cell, stale, passed, readyMs }: PassedAttempts): void {
    if (stale + passed === 0) return;
    const arm = this.#findOrAdd(cell)[this.#armOf(cell.library)];
    arm.stale += stale;
    arm.attempts += passed;
    for (const time of readyMs) arm.times.push(comparable(time));
  }

  evidence(): Evidence {
    this.#deal();
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

  get #isSameVersion(): boolean {
    return this.#question.baseline === this.#question.candidate;
  }

  #armOf(library: string): Arm {
    return library === this.#question.baseline ? 'baseline' : 'candidate';
  }

  /** A version that is compared with itself has the attempts of each cell dealt to the arms in turn, by the time at which they began. */
  #deal(): void {
    const byTime = (a: JudgedAttempt, b: JudgedAttempt) =>
      a.startedAt < b.startedAt || (a.startedAt === b.startedAt && a.id < b.id) ? -1 : 1;
    for (const attempt of this.#undealt.splice(0).sort(byTime)) {
      const isEven = this.#cellOf(attempt.cell).dealt++ % 2 === 0;
      this.#count(attempt, isEven ? 'baseline' : 'candidate', false);
    }
  }

  #count(attempt: JudgedAttempt, name: Arm, isJustMade: boolean): void {
    const arm = this.#cellOf(attempt.cell)[name];
    const began = Date.parse(attempt.startedAt);
    if (began < this.#oldest || (began > this.#newest && !isJustMade)) {
      arm.stale++;
      return;
    }
    // Both arms of one version are the candidate.
    if (name === 'candidate' || this.#isSameVersion) this.#hardFindings.look(attempt);
    count(attempt, arm);
  }

  #cellOf(cell: Cell): DealtCell {
    if (this.#last?.cell !== cell) this.#last = { cell, evidence: this.#findOrAdd(cell) };
    return this.#last.evidence;
  }

  #findOrAdd({ build, browser, flow, condition, target }: Place): DealtCell {
    const place: Place = { build, browser, flow, condition, target };
    const key = placeKey(place);
    let cell = this.#cells.get(key);
    if (!cell) {
      cell = { place, baseline: noEvidence(), candidate: noEvidence(), dealt: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }
}

/** A failure of the harness itself, such as a stub of the replica that was called, says nothing about the library either. */
export function isSpoiled({ outcome, blame }: JudgedAttempt): boolean {
  return outcome === 'infra' || (outcome === 'failed' && blame === 'harness');
}

function count(attempt: JudgedAttempt, arm: ArmEvidence): void {
  const { outcome, code, readyMs } = attempt;
  if (isSpoiled(attempt)) {
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
