import type { Attempt } from '../../contracts/attempt.ts';
import { judgedAttempt } from '../../contracts/judged-attempt.ts';
import type { Policy } from '../../contracts/policy.ts';
import type { PlannedCell, RunObserver } from '../../contracts/run.ts';
import { type Arm, arms, type Verdict } from '../../contracts/verdict.ts';
import type { EvidenceCollector } from '../../gate/evidence-collector.ts';
import type { Task, TaskQueue } from '../../runner/run-plan.ts';
import { SequentialJudge } from './sequential-judge.ts';

/** Both arms of one cell of the plan. */
export type PlannedPair = Record<Arm, PlannedCell>;

interface CellState {
  planned: PlannedPair;
  /** Pairs that were given out. */
  pairs: number;
}

/** One attempt that was given out and has not ended. */
interface Open {
  state: CellState;
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
export class PairQueue implements TaskQueue, RunObserver {
  readonly #policy: Policy;
  readonly #collector: EvidenceCollector;
  readonly #judge: SequentialJudge;
  readonly #cells: CellState[];
  readonly #seed: number;
  readonly #waiting: Open[] = [];
  readonly #running: Open[] = [];
  readonly #spoiledInARow: Record<Arm, number> = { baseline: 0, candidate: 0 };

  constructor(pairs: readonly PlannedPair[], collector: EvidenceCollector, policy: Policy, seed: number) {
    this.#policy = policy;
    this.#collector = collector;
    this.#judge = new SequentialJudge(policy);
    this.#cells = pairs.map((planned) => ({ planned, pairs: 0 }));
    this.#seed = seed;
    this.#look();
  }

  /** Every cell as it is known now, and how the flows stand. */
  get standing(): Verdict {
    return this.#judge.judgeNow(this.#collector.evidence());
  }

  get isDecided(): boolean {
    return this.#judge.decided !== null;
  }

  /** The verdict at the moment at which it was decided, or on all evidence when it was not. */
  get verdict(): Verdict {
    return this.#judge.decided ?? this.standing;
  }

  next(): Task | undefined {
    if (this.#isOver()) return undefined;
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
    this.#collector.add(judgedAttempt(planned.cell, attempt), open.arm);
    const isSpoiled = attempt.outcome === 'infra';
    this.#spoiledInARow[open.arm] = isSpoiled ? this.#spoiledInARow[open.arm] + 1 : 0;
    if (isSpoiled && open.requeued < this.#policy.infra.requeues) {
      this.#waiting.unshift({ ...open, requeued: open.requeued + 1 });
    }
    this.#look();
  }

  #look(): void {
    const evidence = this.#collector.evidence();
    const tried = evidence.flows.reduce((sum, { cells }) => sum + cells.length, 0);
    this.#judge.look(evidence, tried >= this.#cells.length);
  }

  #isOver(): boolean {
    return this.#judge.decided !== null || arms.some((arm) => this.#spoiledInARow[arm] >= hopeless);
  }

  #openPair(): void {
    const state = this.#nextCell();
    if (!state) return;
    // Which arm goes first alternates, so that neither always finds the machine as the other left it.
    const order = state.pairs % 2 === 0 ? arms : arms.toReversed();
    // Both arms of a pair get the same seed.
    const seed = this.#seed + state.pairs;
    state.pairs++;
    for (const arm of order) {
      this.#waiting.push({ state, arm, task: { planned: state.planned[arm], seed }, requeued: 0 });
    }
  }

  /** Of the flows that are not decided and not at the cap, the cell with the fewest pairs; undecided cells before decided ones. */
  #nextCell(): CellState | undefined {
    const evidence = this.#collector.evidence();
    const cap = this.#policy.success.looks.at(-1) as number;
    const given = Map.groupBy(this.#cells, ({ planned }) => planned.baseline.cell.flow);
    const open = [...given].filter(([flow, cells]) => {
      const pairs = cells.reduce((sum, cell) => sum + cell.pairs, 0);
      return pairs < cap && this.#judge.isOpen(flow, evidence);
    });
    const rank = (state: CellState) =>
      state.pairs + (this.#judge.isCellDecided(state.planned.baseline.cell, evidence) ? cap : 0);
    return open
      .flatMap(([, cells]) => cells)
      .reduce<CellState | undefined>((best, state) => (best && rank(best) <= rank(state) ? best : state), undefined);
  }
}
