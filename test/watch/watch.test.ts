import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../src/contracts/input-error.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { periodically } from '../../src/watch/next-start.ts';
import { type WatchedRun, type WatchOptions, watch } from '../../src/watch/watch.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { SimulatedClock } from './simulated-clock.ts';

const minute = 60_000;
const every = 15 * minute;
const start = 2_000_000 * every;

let store: Store;

beforeEach(async () => {
  store = await openStore(join(temporaryFolder(), 'store.sqlite'));
});
afterEach(() => store.close());

interface Began {
  owner: string;
  at: number;
}

/** Starts a schedule whose runs take `runMs` of simulated time. */
function startWatch(
  clock: SimulatedClock,
  owner: string,
  began: Began[],
  runMs: (n: number) => number,
  rest: Partial<WatchOptions> = {},
) {
  const stop = new AbortController();
  let running = 0;
  const done = watch({
    everyMs: every,
    schedules: store.schedules,
    owner,
    clock,
    next: periodically(
      every,
      () => clock.now(),
      () => 0.5,
    ),
    async run(signal): Promise<WatchedRun> {
      began.push({ owner, at: clock.now() });
      expect(++running, 'runs at the same time').toBe(1);
      await clock.sleep(runMs(began.length), signal);
      running--;
      return { result: 'as-expected', runId: `run-${began.length}` };
    },
    notify: async () => {},
    say: () => {},
    signal: stop.signal,
    ...rest,
  });
  return { done, stop: () => stop.abort() };
}

test('a run that takes two and a half periods does not overlap; the periods it covered are missed', async () => {
  const clock = new SimulatedClock(start);
  const began: Began[] = [];
  const { done, stop } = startWatch(clock, 'one', began, (n) => (n === 2 ? 2.5 * every : minute));
  await clock.run(start + 6 * every - 1);
  expect((await store.schedules.get())?.missed).toBe(1);
  expect(began.map(({ at }) => Math.floor((at - start) / every))).toEqual([0, 1, 3, 4, 5]);
  stop();
  await done;
});

test('of two on one store one runs; the other goes on when the first ends, and in the next period', async () => {
  const clock = new SimulatedClock(start);
  const began: Began[] = [];
  const first = startWatch(clock, 'first', began, () => minute);
  const second = startWatch(clock, 'second', began, () => minute);
  await clock.run(start + 4 * every - 1);
  expect(new Set(began.map(({ owner }) => owner)).size).toBe(1);
  const [leader, other] = began[0]?.owner === 'first' ? [first, second] : [second, first];
  leader.stop();
  await leader.done;
  await clock.run(start + 8 * every - 1);
  expect(began).toHaveLength(8);
  expect(new Set(began.slice(4).map(({ owner }) => owner))).toEqual(
    new Set([began[0]?.owner === 'first' ? 'second' : 'first']),
  );
  other.stop();
  await other.done;
});

test('one that dies without a word is replaced when its lease is over', async () => {
  const clock = new SimulatedClock(start);
  await store.schedules.hold('dead', every, clock.now(), minute);
  await store.schedules.begin('dead', start, 0);
  const began: Began[] = [];
  const { done, stop } = startWatch(clock, 'next', began, () => minute);
  await clock.run(start + 2 * every - 1);
  expect(began.map(({ at }) => Math.floor((at - start) / every))).toEqual([1]);
  stop();
  await done;
});

test('a restart goes on where it was: what was started is not started again, what was not is seen as missed', async () => {
  const clock = new SimulatedClock(start);
  const began: Began[] = [];
  const before = startWatch(clock, 'before', began, () => minute);
  await clock.run(start + 5 * minute);
  before.stop();
  await before.done;
  await clock.run(start + 3 * every + 2 * minute);
  const after = startWatch(clock, 'after', began, () => minute);
  await clock.run(start + 4 * every - 1);
  expect(began.map(({ at }) => Math.floor((at - start) / every))).toEqual([0, 3]);
  expect((await store.schedules.get())?.missed).toBe(2);
  after.stop();
  await after.done;
});

test('an error of a run does not end the schedule; one in its options does', async () => {
  const clock = new SimulatedClock(start);
  const said: string[] = [];
  let runs = 0;
  const run = async (): Promise<WatchedRun> => {
    runs++;
    throw runs === 1 ? new Error('the disk is full') : new InputError('--library 9: unknown');
  };
  const { done } = startWatch(clock, 'one', [], () => 0, { run, say: (line) => said.push(line) });
  const ended = done.then(
    () => null,
    (error: unknown) => error,
  );
  await clock.run(start + 2 * every);
  expect(runs).toBe(2);
  expect(said).toEqual([expect.stringContaining('the disk is full')]);
  expect(await ended).toBeInstanceOf(InputError);
});
