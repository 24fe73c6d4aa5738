import type { Attempt } from '../contracts/attempt.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { attemptId, shuffledTasks, type Task, type TaskQueue } from '../runner/run-plan.ts';
import { saysNothing } from '../words/cell-summary.ts';

/** An attempt of a plan, with its place in it. */
export type PlacedTask = Required<Task>;

/** Every attempt of a plan in its order, from 1. */
export function placedTasks(plan: readonly PlannedCell[], seed: number): PlacedTask[] {
  return shuffledTasks(plan, seed).map((task, i) => ({ ...task, number: i + 1, repeats: 0 }));
}

/**
 * What is left to do of a run that was cut off. An attempt that was lost or interrupted is left, with the number of its next try.
 *
 * @param made its recorded attempts.
 */
export function unmadeTasks(
  tasks: readonly PlacedTask[],
  run: Pick<RunInfo, 'id'>,
  made: Iterable<Pick<Attempt, 'id' | 'code'>>,
): PlacedTask[] {
  const codes = new Map(Array.from(made, ({ id, code }) => [id, code]));
  return tasks.flatMap((task) => {
    for (let repeats = 0; ; repeats++) {
      const code = codes.get(attemptId(run, task.number, repeats));
      if (code === undefined) return [{ ...task, repeats }];
      if (!saysNothing({ code })) return [];
    }
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
