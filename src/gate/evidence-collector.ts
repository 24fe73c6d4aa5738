import type { Cell } from '../contracts/attempt.ts';
import type { JudgedAttempt, PassedAttempts } from '../contracts/judged-attempt.ts';
import type { Target } from '../contracts/outcome.ts';
import type { Policy } from '../contracts/policy.ts';
import type { Doubt } from '../contracts/prediction.ts';
import { type AgedBuild, type Arm, arms, type Narrowing, type Place, type Verdict } from '../contracts/verdict.ts';
import { type ArmEvidence, type CellEvidence, type Evidence, noEvidence } from './evidence/evidence.ts';
import { placeKey } from './evidence/place.ts';
import { HardFindings } from './rules/hard-rules.ts';

/** What is compared, and where. */
export interface GateQuestion {
  baseline: string;
  candidate: string;
  /** The time that the age of attempts is measured from, ISO 8601. */
  askedAt: string;
  /** The cells that are judged, tried or not; every cell that has attempts when left out. Others are noticed and change no verdict. */
  plan?: readonly Place[] | undefined;
  /** The newest build of the plan, and the day at which the data of WhatsApp Web ends. */
  newestBuild?: AgedBuild | undefined;
  dataEnds?: Verdict['dataEnds'] | undefined;
  /**
   * A finding about a version blocks at once where the baseline does not show it, tried or not, unless its rule says otherwise: for traffic
   * of users, who lose by each one.
   */
  findingsBlock?: boolean | undefined;
  /** What was left out on purpose before attempts came here. */
  narrowing?: Narrowing | undefined;
  /** The only target of which attempts came here, where that was chosen. */
  target?: Target | undefined;
}

const hourMs = 3_600_000;
/** Clocks of machines differ; an attempt that began later than this after the question has a wrong time. */
const aheadMs = 24 * hourMs;

interface DealtCell extends CellEvidence {
  isPlanned: boolean;
  /** Attempts that were dealt to an arm, of a version that is compared with itself. */
  dealt: number;
}

/** Takes attempts one by one, so that a million of them need not be in memory, and keeps what a verdict needs. */
export class EvidenceCollector {
  readonly #question: GateQuestion;
  readonly #oldest: number;
  readonly #newest: number;
  readonly #hardFindings: HardFindings;
  readonly #cells = new Map<string, DealtCell>();
  readonly #planned: ReadonlySet<string> | undefined;
  #newestAttempt: string | null = null;
  /** Attempts of a version that is compared with itself, whose arms are not known yet. */
  readonly #undealt: JudgedAttempt[] = [];
  /** Attempts mostly come cell by cell, and then share the object that names the cell. */
  #last: { cell: Cell; evidence: DealtCell } | undefined;

  constructor(question: GateQuestion, policy: Policy) {
    this.#question = question;
    this.#oldest = Date.parse(question.askedAt) - policy.maxAgeHours * hourMs;
    this.#newest = Date.parse(question.askedAt) + aheadMs;
    this.#hardFindings = new HardFindings(policy.hardRules);
    this.#planned = question.plan && new Set(question.plan.map(placeKey));
    for (const place of question.plan ?? []) this.expect(place);
  }

  /** A cell of the plan: until it is tried, that is missing. */
  expect(place: Place): void {
    this.#findOrAdd(place).isPlanned = true;
  }

  /**
   * Attempts of other versions are passed over.
   *
   * @param given the arm of an attempt that was made for this comparison just now; else it is that of the version.
   */
  add(attempt: JudgedAttempt, given?: Arm): void {
    const { library } = attempt.cell;
    // Interrupted with Ctrl-C: that says nothing about a library or the machine.
    if (attempt.code === 'interrupted') return;
    if (library !== this.#question.baseline && library !== this.#question.candidate) return;
    if (this.#isSameVersion && !given) this.#undealt.push(attempt);
    else this.#count(attempt, given ?? this.#armOf(library), given !== undefined);
  }

  /**
   * What breaks hard rules and belongs to no rate: what a session says again, or what happened to both versions. Of other times it is
   * passed over.
   */
  addFinding(attempt: JudgedAttempt): void {
    const { library } = attempt.cell;
    const began = Date.parse(attempt.startedAt);
    if (library !== this.#question.baseline && library !== this.#question.candidate) return;
    if (began < this.#oldest || began > this.#newest) return;
    this.#look(attempt, this.#armOf(library), this.#cells.get(placeKey(attempt.cell)));
  }

  /** The times between which attempts begin that count; ISO 8601. */
  get period(): { since: string; until: string } {
    return { since: new Date(this.#oldest).toISOString(), until: new Date(this.#newest).toISOString() };
  }

  /**
   * The same as `add` with each of them. Not for a version that is compared with itself, whose attempts are dealt one by one.
   */
  addPassed({ cell, stale, passed, newest, readyMs }: PassedAttempts): void {
    if (stale + passed === 0) return;
    const found = this.#findOrAdd(cell);
    const arm = found[this.#armOf(cell.library)];
    arm.stale += stale;
    arm.attempts += passed;
    if (newest !== null && found.isPlanned) this.#counted(newest);
    for (const time of readyMs) arm.times.push(comparable(time));
  }

  /** What is not known of the build of a cell, of attempts that were counted with `addPassed`. */
  addDoubt(cell: Cell, doubt: Doubt | null, by: Pick<JudgedAttempt, 'id' | 'startedAt'>): void {
    keepDoubt(this.#findOrAdd(cell)[this.#armOf(cell.library)], doubt, by);
  }

  evidence(): Evidence {
    this.#deal();
    const { plan: _, ...question } = this.#question;
    // A key begins with the flow, so that this sorts the flows too.
    const cells = [...this.#cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
    const flows = Map.groupBy(
      cells.filter(({ isPlanned }) => isPlanned),
      ({ place }) => place.flow,
    );
    return {
      ...question,
      newestAttempt: this.#newestAttempt,
      hardFindings: this.#hardFindings.found(),
      flows: [...flows].map(([flow, its]) => ({ flow, cells: its.map(onlyEvidence) })),
      outside: cells.filter(({ isPlanned, candidate }) => !isPlanned && candidate.failures > 0).map(onlyEvidence),
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
    const cell = this.#cellOf(attempt.cell);
    const began = Date.parse(attempt.startedAt);
    if (began < this.#oldest || (began > this.#newest && !isJustMade)) {
      cell[name].stale++;
      return;
    }
    if (cell.isPlanned) this.#look(attempt, name, cell);
    count(attempt, cell[name]);
    if (attempt.doubt !== undefined) keepDoubt(cell[name], attempt.doubt, attempt);
    if (cell.isPlanned && !isSpoiled(attempt)) this.#counted(attempt.startedAt);
  }

  /** What one version does in one arm it does in the other too. */
  #look(attempt: JudgedAttempt, arm: Arm, cell: DealtCell | undefined): void {
    for (const its of this.#isSameVersion ? arms : [arm]) {
      for (const rule of this.#hardFindings.look(attempt, its)) {
        if (cell) cell[its].findings[rule] = (cell[its].findings[rule] ?? 0) + 1;
      }
    }
  }

  #counted(startedAt: string): void {
    if (this.#newestAttempt === null || startedAt > this.#newestAttempt) this.#newestAttempt = startedAt;
  }

  #cellOf(cell: Cell): DealtCell {
    if (this.#last?.cell !== cell) this.#last = { cell, evidence: this.#findOrAdd(cell) };
    return this.#last.evidence;
  }

  #findOrAdd({ build, browser, flow, condition, switches, target }: Place): DealtCell {
    const place: Place = { build, browser, flow, condition, switches, target };
    const key = placeKey(place);
    let cell = this.#cells.get(key);
    if (!cell) {
      const isPlanned = this.#planned?.has(key) ?? true;
      cell = { place, baseline: noEvidence(), candidate: noEvidence(), isPlanned, dealt: 0 };
      this.#cells.set(key, cell);
    }
    return cell;
  }
}

function onlyEvidence({ place, baseline, candidate }: CellEvidence): CellEvidence {
  return { place, baseline, candidate };
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
  if (outcome === 'failed') {
    arm.failures++;
    keepFailure(attempt, arm);
  }
  if (readyMs !== null) arm.times.push(comparable(readyMs));
  else if (outcome === 'failed') arm.times.push(Infinity);
}

/** The newest attempt was made with the newest data. */
function keepDoubt(
  arm: ArmEvidence,
  of: Doubt | null,
  { id, startedAt }: Pick<JudgedAttempt, 'id' | 'startedAt'>,
): void {
  const before = arm.doubt?.by;
  const isNewer = !before || startedAt > before.startedAt || (startedAt === before.startedAt && id > before.id);
  if (isNewer) arm.doubt = { of, by: { id, startedAt } };
}

function keepFailure({ id, startedAt, phase, code }: JudgedAttempt, { failureKinds }: ArmEvidence): void {
  const key = `${phase} | ${code}`;
  const kind = failureKinds.get(key) ?? { phase, code, attempts: 0, example: { id, startedAt } };
  kind.attempts++;
  const isNewer = startedAt > kind.example.startedAt || (startedAt === kind.example.startedAt && id < kind.example.id);
  if (isNewer) kind.example = { id, startedAt };
  failureKinds.set(key, kind);
}

/**
 * A time in the tenths of a millisecond that phases are measured in: sums of them that differ in their last bits are a tie. At
 * least 1, since ratios of times need one above 0.
 */
function comparable(readyMs: number): number {
  return Math.max(Math.floor(readyMs * 10 + 0.5) / 10, 1);
}
