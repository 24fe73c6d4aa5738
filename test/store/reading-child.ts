import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/store/open-store.ts';
import { whileReading } from '../../src/store/reading.ts';

/** Reads the run `run-old` slowly, attempt by attempt, and prints how many it saw: `reading` first, then the number. */
const [file = ''] = process.argv.slice(2);
const store = await openStore(file);
await whileReading(file, async () => {
  console.log('reading');
  let seen = 0;
  for (const { cell } of await store.plannedCells.ofRun('run-old')) {
    await sleep(100);
    seen += (await Array.fromAsync(store.attempts.read({ runId: 'run-old', ...cell }))).length;
  }
  console.log(seen);
});
await store.close();
