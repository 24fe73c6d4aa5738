import type { Attempt } from '../contracts/attempt.ts';
import { judgedAttempt } from '../contracts/judged-attempt.ts';
import type { Policy } from '../contracts/policy.ts';
import type { PlannedCell } from '../contracts/run.ts';
import { judgedAttempts } from '../contracts/stages.ts';
import { type Arm, arms, type Place, type Verdict } from '../contracts/verdict.ts';
import { type EvidenceCollector, isSpoiled } from '../gate/evidence-collector.ts';
import { judge } from '../gate/judge.ts';
import { type OpenCell, SequentialJudge } from '../gate/sequential-judge.ts';
import type { Task } from '../runner/run-plan.ts';
import type { ChoosingQueue } from './plan-order.ts';

/** Both arms of one cell of the plan. */
export interface PlannedPair extends Record<Arm, PlannedCell> {
  /** What its attempts are judged as; their own cell when left out. */
  places?: readonly Place[];
}

interface CellProgress extends OpenCell {
  planned: PlannedPair;
  /** Pairs that were given out, and attempts of the baseline alone. */
  given: number;
  underWay: Record<Arm, number>;
}

/** One attempt that was given out and has not ended. */
interface Open {
  state: CellProgress;
  arm: Arm;
  task: Task;
  /** How often it was repeated because it was spoiled. */
  requeued: number;
}

/** So many spoiled attempts of one arm in a row, and more of them will not help. */
const hopeless = 9;

/**
 * Gives out the attempts that a decision still needs: both arms of a cell back to back and in balanced order, the flow and
 * the cell with the fewest pairs first, spoiled ones again as often as the policy says; and stops when it is decided.
 */
export class PairQueue implements ChoosingQueue {
  readonly #policy: Policy;
  readonly #collector: EvidenceCollector;
  readonly #judge: SequentialJudge;
  readonly #cells: CellProgress[];
  readonly #seed: number;
  readonly #waiting: Open[] = [];
  readonly #running: Open[] = [];
  readonly #spoiledInARow: Record<Arm, number> = { baseline: 0, candidate: 0 };

  constructor(pairs: readonly PlannedPair[], collector: EvidenceCollector, policy: Policy, seed: number) {
    this.#policy = policy;
    this.#collector = collector;
    this.#judge = new SequentialJudge(policy);
    this.#cells = pairs.map((planned) => ({
      planned,
      places: planned.places ?? [placeOf(planned)],
      given: 0,
      underWay: { baseline: 0, candidate: 0 },
    }));
    this.#seed = seed;
    for (const place of this.#cells.flatMap(({ places }) => places)) collector.expect(place);
    this.#judge.look(collector.evidence());
  }

  /** Every cell as it is known now, and how the flows stand. */
  get standing(): Verdict {
    return judge(this.#collector.evidence(), this.#policy);
  }

  get isDecided(): boolean {
    return this.#judge.decided !== null;
  }

  get isOver(): boolean {
    return this.isDecided;
  }

  /** The verdict at the moment at which it was decided, or on all evidence when it was not. */
  get verdict(): Verdict {
    return this.#judge.decided ?? this.standing;
  }

  next(): Task | undefined {
    if (this.#isDone()) return undefined;
    if (this.#waiting.length === 0) this.#openPair();
    const open = this.#waiting.shift();
    if (open) this.#running.push(open);
    return open?.task;
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    const index = this.#running.findIndex(({ task }) => task.planned === planned && task.seed === attempt.seed);
    const [open] = index === -1 ? [] : this.#running.splice(index, 1);
    // What ends after the decision is kept in the store and changes nothing.
    if (!open || this.#judge.decided) return;
    for (const judged of judgedAttempts(planned.cell, attempt)) {
      const isAsked = open.state.places.some(({ flow }) => flow === judged.cell.flow);
      if (isAsked) this.#collector.add(judged, open.arm);
    }
    const spoiled = isSpoiled(judgedAttempt(planned.cell, attempt));
    this.#spoiledInARow[open.arm] = spoiled ? this.#spoiledInARow[open.arm] + 1 : 0;
    if (spoiled && open.requeued < this.#policy.infra.requeues) {
      this.#waiting.unshift({ ...open, requeued: open.requeued + 1 });
    } else {
      open.state.underWay[open.arm]--;
    }
    this.#judge.look(this.#collector.evidence());
  }

  #isDone(): boolean {
    return this.#judge.decided !== null || arms.some((arm) => this.#spoiledInARow[arm] >= hopeless);
  }

  /** A pair, or one attempt of the baseline where only that is asked for. */
  #openPair(): void {
    const next = this.#judge.nextCell(this.#cells, this.#collector.evidence());
    if (!next) return;
    const { cell: state } = next;
    // Which arm goes first alternates, so that neither always finds the machine as the other left it.
    const order = state.given % 2 === 0 ? next.arms : next.arms.toReversed();
    // Both arms of a pair get the same seed.
    const seed = this.#seed + state.given;
    state.given++;
    for (const arm of order) {
      state.underWay[arm]++;
      this.#waiting.push({ state, arm, task: { planned: state.planned[arm], seed }, requeued: 0 });
    }
  }
}

function placeOf({ baseline }: PlannedPair): Place {
  const { library: _, ...place } = baseline.cell;
  return place;
}
