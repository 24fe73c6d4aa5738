import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Exporter } from '../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../src/exporter/service-reads.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { openStore } from '../../src/store/open-store.ts';
import { StoreRecorder } from '../../src/store/store-recorder.ts';
import { periodically } from '../../src/watch/next-start.ts';
import { noteSurprises } from '../../src/watch/surprises.ts';
import { watch } from '../../src/watch/watch.ts';
import {
  exampleCell,
  exampleCells,
  exampleRun,
  failedAttempt,
  passedAttempt,
  playRun,
} from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { SimulatedClock } from './simulated-clock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const minute = 60_000;
const hour = 60 * minute;
const every = 15 * minute;
const start = 2_000_000 * every;

/** What the process holds, after everything that can go is gone. */
async function resources() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
  }
  return {
    heapMb: process.memoryUsage().heapUsed / 1024 / 1024,
    timersAndSockets: process.getActiveResourcesInfo().length,
    openFiles: readdirSync('/proc/self/fd').length,
  };
}

/**
 * All that the process of `watch` does by itself in twelve hours: the schedule, its lease, 48 runs whose attempts go into the
 * store (half of them unexpected), the notifications, and a scrape every five minutes. The runs themselves are processes of
 * their own.
 */
test('twelve hours of schedule start once in every period, never two at a time, and use no more than the second hour', async () => {
  const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  const database = await openDatabase<ExportedTables>(`sqlite:${store.file}`);
  const exporter = new Exporter(store, database, (error) => expect.unreachable(String(error)));
  const clock = new SimulatedClock(start);
  const began: number[] = [];
  let running = 0;
  const stop = new AbortController();
  const done = watch({
    everyMs: every,
    schedules: store.schedules,
    owner: 'one',
    clock,
    next: periodically(
      every,
      () => clock.now(),
      () => 0.5,
    ),
    async run(signal) {
      began.push(clock.now());
      expect(++running, 'runs at the same time').toBe(1);
      const run = { ...exampleRun, id: `run-${began.length}` };
      await playRun(exampleCells(), [new StoreRecorder(store)], { run });
      const surprise = began.length % 2 === 0;
      const attempts = [surprise ? failedAttempt() : passedAttempt()];
      const cells = [{ ...exampleCell(), expectation: null, surprise, attempts }];
      await noteSurprises({ run, cells }, store.surprises, clock.now());
      await clock.sleep(4 * minute, signal);
      running--;
      return { result: surprise ? 'unexpected' : 'as-expected', runId: run.id };
    },
    async notify() {
      for (const each of await store.surprises.notNotified()) await store.surprises.markNotified(each);
    },
    say: (line) => expect.unreachable(line),
    signal: stop.signal,
  });

  const hours = [];
  for (let now = start; now < start + 12 * hour; ) {
    now += 5 * minute;
    await clock.run(now - 1);
    expect((await exporter.read()).text).toContain('wwebjs_exporter_store_up 1');
    if ((now - start) % hour === 0) hours.push(await resources());
  }
  expect(began).toHaveLength(48);
  expect(new Set(began.map((at) => Math.floor(at / every))).size).toBe(48);
  expect(await store.schedules.get()).toMatchObject({ missed: 0, runs: { 'as-expected': 24, unexpected: 24 } });

  const [second, last] = [hours[1], hours[11]] as [(typeof hours)[0], (typeof hours)[0]];
  console.log(`hour 2: ${JSON.stringify(second)}, hour 12: ${JSON.stringify(last)}`);
  expect(last.heapMb - second.heapMb).toBeLessThan(1);
  expect(last.timersAndSockets).toBeLessThanOrEqual(second.timersAndSockets);
  expect(last.openFiles).toBeLessThanOrEqual(second.openFiles);
  stop.abort();
  await done;
  await database.close();
  await store.close();
}, 120_000);
