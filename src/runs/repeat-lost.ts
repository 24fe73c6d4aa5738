import type { Attempt } from '../contracts/attempt.ts';
import type { PlannedCell, RunObserver } from '../contracts/run.ts';
import { shuffledTasks, type Task, type TaskQueue } from '../runner/run-plan.ts';
import { saysNothing } from '../words/cell-summary.ts';
import type { PlacedTask, RecordedTries } from './resumed-run.ts';

/** Every attempt of a plan in its order, from 1. */
export function placedTasks(plan: readonly PlannedCell[], seed: number): PlacedTask[] {
  return shuffledTasks(plan, seed).map((task, i) => ({ ...task, number: i + 1, repeats: 0 }));
}

/** What is left to do of a run that was cut off. An attempt that was lost or interrupted is left, with the number of its next try. */
export function unmadeTasks(tasks: readonly PlacedTask[], made: RecordedTries): PlacedTask[] {
  return tasks.flatMap((task) => {
    const found = made.find(task, (each) => !saysNothing(each));
    return 'planned' in found ? [found] : [];
  });
}

/** A plan in its order, in which attempts whose worker was lost are made again. */
export class RepeatLost implements TaskQueue, RunObserver {
  readonly #tasks: Iterator<PlacedTask>;
  readonly #most: number;
  readonly #lost: PlacedTask[] = [];
  readonly #given: PlacedTask[] = [];

  /** @param most how often one attempt is made again. */
  constructor(tasks: readonly PlacedTask[], most: number) {
    this.#tasks = tasks.values();
    this.#most = most;
  }

  next(): Task | undefined {
    const task = this.#lost.shift() ?? this.#tasks.next().value;
    if (task) this.#given.push(task);
    return task;
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    const index = this.#given.findIndex((task) => task.planned === planned && task.seed === attempt.seed);
    const [task] = index === -1 ? [] : this.#given.splice(index, 1);
    if (task && attempt.code === 'worker-lost' && task.repeats < this.#most)
      this.#lost.push({ ...task, repeats: task.repeats + 1 });
  }
}
