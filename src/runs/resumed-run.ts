import type { Attempt } from '../contracts/attempt.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { InputError } from '../contracts/input-error.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import { resumeFactsOf } from '../replica/builds/run-facts.ts';
import { type AttemptMaker, attemptId, type Task } from '../runner/run-plan.ts';
import type { Store } from '../store/open-store.ts';

/** An attempt of a plan, with its place in it. */
export type PlacedTask = Required<Task>;

/** What is compared of a record with the task that it was made for. */
export type RecordedTry = Pick<Attempt, 'id' | 'seed' | 'code'> & { cellKey: string };

/** A run of the store that was cut off. */
export interface ResumedRun {
  run: RunInfo;
  plan: PlannedCell[];
}

/**
 * The run that `--resume` names, with its plan. Its captures become those of this process.
 *
 * @param text the id of the run, or its beginning.
 * @throws InputError when there is no such run, it has ended, or its facts about builds are not known or others by now.
 */
export async function runToResume(store: Store, text: string): Promise<ResumedRun> {
  const [found, another] = await store.runs.startingWith(text);
  if (!found) throw new InputError(`--resume ${text}: the store has no such run`);
  if (another) throw new InputError(`--resume ${text}: several runs begin with it; give the whole id`);
  const { run } = found;
  if (run.finishedAt !== null) throw new InputError(`--resume ${text}: run ${run.id} has ended`);
  resumeFactsOf(run.id);
  return { run, plan: await store.plannedCells.ofRun(run.id) };
}

/** The recorded attempts of a run that was cut off. */
export class RecordedTries {
  readonly #run: Pick<RunInfo, 'id'>;
  readonly #tries: ReadonlyMap<string, RecordedTry>;

  static async read(store: Store, run: RunInfo): Promise<RecordedTries> {
    const tries = await Array.fromAsync(store.attempts.read({ runId: run.id }), ({ cell, attempt }) => {
      const { id, seed, code } = attempt;
      return { id, seed, code, cellKey: cellKey(cell) };
    });
    return new RecordedTries(run, tries);
  }

  constructor(run: Pick<RunInfo, 'id'>, tries: Iterable<RecordedTry>) {
    this.#run = run;
    this.#tries = new Map(Array.from(tries, (each) => [each.id, each]));
  }

  /**
   * The record of a task that counts; where there is none, the task with the number of its next try.
   *
   * @param counts false for a record after which the task is made again.
   * @throws InputError when the record in the place of the task is of another one: the run was not made by this command.
   */
  find(task: PlacedTask, counts: (made: RecordedTry) => boolean): RecordedTry | PlacedTask {
    for (let { repeats } = task; ; repeats++) {
      const made = this.#tries.get(attemptId(this.#run, task.number, repeats));
      if (!made) return { ...task, repeats };
      if (made.seed !== task.seed || made.cellKey !== cellKey(task.planned.cell))
        throw new InputError(`--resume ${this.#run.id}: attempt ${made.id} is of another plan; ${sameCommand}`);
      if (counts(made)) return made;
    }
  }
}

export const sameCommand =
  'resume a run with the command that started it: `run`, or `gate --run` with the same options, policy and matrix';

/** Answers for the attempts of a run that was cut off with their records, and has the others made. */
export function withRecordedTries(
  maker: AttemptMaker & RunObserver,
  store: Store,
  tries: RecordedTries,
): AttemptMaker & RunObserver {
  /** Ids of attempts that the maker does not make. */
  const answered = new Set<string>();
  return {
    ...(maker.slots && { slots: maker.slots }),
    /** @throws InputError as `RecordedTries.find` does. */
    async attempt(task, run, signal, begun) {
      // What was ended with its run says nothing, and is made again; a lost attempt is a part of what is decided.
      const found = tries.find(task, ({ code }) => code !== 'interrupted');
      if ('planned' in found)
        return maker.attempt({ ...found, id: attemptId(run, found.number, found.repeats) }, run, signal, begun);
      answered.add(found.id);
      await begun();
      const [stored] = await store.attempts.find([found.id]);
      return stored?.attempt ?? null;
    },
    recall: async () => maker.recall?.(),
    runStarted: async (run, plan, slots) => maker.runStarted?.(run, plan, slots),
    async attemptEnded(planned, attempt) {
      if (answered.delete(attempt.id)) await maker.wasRecorded?.(planned, attempt);
      else await maker.attemptEnded?.(planned, attempt);
    },
    runEnded: async (run, interrupted) => maker.runEnded?.(run, interrupted),
  };
}
