import type { Attempt } from '../contracts/attempt.ts';
import type { PlannedCell, RunObserver } from '../contracts/run.ts';
import type { Task, TaskQueue } from '../runner/run-plan.ts';

/** A queue that chooses by how attempts ended, and has its next task at once. */
export interface ChoosingQueue extends RunObserver {
  next(): Task | undefined;
  attemptEnded(planned: PlannedCell, attempt: Attempt): void;
  readonly isOver: boolean;
}

interface Drawn {
  task: Task;
  attempt: Attempt | null;
}

/**
 * Lets a queue hear how attempts ended in the order in which it gave them out, and asks it for the next one only then. What it chooses
 * and judges therefore depends on what the attempts did, and neither on how many were made at the same time nor on which was faster.
 */
export class PlanOrder implements TaskQueue, RunObserver {
  readonly #queue: ChoosingQueue;
  readonly #window: number;
  /** Given out by the queue and not heard of by it, oldest first. */
  readonly #drawn: Drawn[] = [];
  /** Those of them that nothing has begun. */
  readonly #ready: Task[] = [];
  readonly #asking: ((task: Task | undefined) => void)[] = [];
  #isBegun = false;

  /** @param window attempts that the queue has given out and not heard of, at most: part of what is decided. */
  constructor(queue: ChoosingQueue, window: number) {
    this.#queue = queue;
    this.#window = window;
  }

  get isOver(): boolean {
    return this.#queue.isOver;
  }

  next(): Promise<Task | undefined> {
    if (!this.#isBegun) this.#draw();
    this.#isBegun = true;
    const { promise, resolve } = Promise.withResolvers<Task | undefined>();
    this.#asking.push(resolve);
    this.#answer();
    return promise;
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    const drawn = this.#drawn.find(
      ({ task, attempt: made }) => made === null && task.planned === planned && task.seed === attempt.seed,
    );
    if (!drawn) return;
    drawn.attempt = attempt;
    for (let first = this.#drawn[0]; first?.attempt; first = this.#drawn[0]) {
      this.#drawn.shift();
      this.#queue.attemptEnded(first.task.planned, first.attempt);
      this.#draw();
    }
    this.#answer();
  }

  #draw(): void {
    while (this.#drawn.length < this.#window) {
      const task = this.#queue.next();
      if (!task) return;
      this.#drawn.push({ task, attempt: null });
      this.#ready.push(task);
    }
  }

  /** Those who ask wait while an attempt is under way, after which there may be more. */
  #answer(): void {
    const isEnd = this.isOver || this.#drawn.length === 0;
    while (this.#asking.length > 0 && (isEnd || this.#ready.length > 0)) {
      const task = isEnd ? undefined : this.#ready.shift();
      this.#asking.shift()?.(task);
    }
  }
}
