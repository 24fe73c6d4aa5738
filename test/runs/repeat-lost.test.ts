import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { InputError } from '../../src/contracts/input-error.ts';
import { attemptId } from '../../src/runner/run-plan.ts';
import { placedTasks, RepeatLost, unmadeTasks } from '../../src/runs/repeat-lost.ts';
import { type PlacedTask, RecordedTries } from '../../src/runs/resumed-run.ts';
import { infraAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';

const plan = [planned({ library: '1.25.0' }, null, 3), planned({ library: '1.34.7' }, null, 4)];
const run = { id: 'run' };
const tasks = placedTasks(plan, 7);

const madeFor = ({ planned: { cell }, seed, number }: PlacedTask, repeats = 0) => ({
  ...{ id: attemptId(run, number, repeats), seed, cellKey: cellKey(cell), code: null },
});

test('every attempt of the plan has a place, the same for the same seed', () => {
  expect(tasks.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(placedTasks(plan, 7)).toEqual(tasks);
  expect(placedTasks(plan, 8)).not.toEqual(tasks);
});

test('an attempt whose worker is lost each time is made again as often as the policy says, under its number', () => {
  const queue = new RepeatLost(tasks, 2);
  const given: string[] = [];
  for (let task = queue.next(); task; task = queue.next()) {
    given.push(attemptId(run, task.number ?? 0, task.repeats ?? 0));
    const isLost = task.number === 3;
    queue.attemptEnded(
      task.planned,
      isLost ? infraAttempt({ seed: task.seed, code: 'worker-lost' }) : passedAttempt({ seed: task.seed }),
    );
  }
  expect(given).toHaveLength(9);
  expect(given.filter((id) => id.startsWith('run-0003'))).toEqual(['run-0003', 'run-0003-2', 'run-0003-3']);
});

test('an attempt that the machine spoiled in another way is made once', () => {
  const queue = new RepeatLost(tasks.slice(0, 1), 2);
  const task = queue.next();
  queue.attemptEnded(plan.find((each) => each === task?.planned) ?? planned(), infraAttempt({ seed: task?.seed ?? 0 }));
  expect(queue.next()).toBeUndefined();
});

test('a run that was cut off goes on with what has no result, and never gives an id twice', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom('worker-lost', 'interrupted', 'no-ready', null), { maxLength: 3 }), {
        minLength: tasks.length,
        maxLength: tasks.length,
      }),
      (endings) => {
        // After a result an attempt is not made again.
        const made = endings.flatMap((codes, i) => {
          const last = codes.findIndex((code) => code !== 'worker-lost' && code !== 'interrupted');
          return codes
            .slice(0, last === -1 ? undefined : last + 1)
            .map((code, repeats) => ({ ...madeFor(tasks[i] as PlacedTask, repeats), code }));
        });
        const left = unmadeTasks(tasks, new RecordedTries(run, made));
        const ids = left.map(({ number, repeats }) => attemptId(run, number, repeats));
        const results = made.filter(({ code }) => code !== 'worker-lost' && code !== 'interrupted');
        return ids.every((id) => made.every((each) => each.id !== id)) && left.length === tasks.length - results.length;
      },
    ),
  );
});

test.each([{ seed: 99 }, { cellKey: 'another cell' }])(
  'a run with a record of another plan, %o, does not go on',
  (other) => {
    const made = new RecordedTries(
      run,
      tasks.slice(0, 3).map((task) => ({ ...madeFor(task), ...other })),
    );
    expect(() => unmadeTasks(tasks, made)).toThrow(InputError);
    expect(() => unmadeTasks(tasks, made)).toThrow(
      /--resume run: attempt run-0001 is of another plan; resume a run with the command/,
    );
  },
);
