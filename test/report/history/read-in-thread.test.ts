import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InputError } from '../../../src/contracts/input-error.ts';
import { readHistory } from '../../../src/report/history/read-history.ts';
import { readHistoryInThread } from '../../../src/report/history/read-in-thread.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { exampleHistory } from '../../fixtures/example-history.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const good = temporaryFolder();
const homeBefore = process.env.WWEBJS_CANARY_HOME;

beforeAll(() => exampleHistory(join(good, 'store.sqlite')));
afterAll(() => {
  if (homeBefore === undefined) delete process.env.WWEBJS_CANARY_HOME;
  else process.env.WWEBJS_CANARY_HOME = homeBefore;
});

test('the thread answers what the store says', async () => {
  process.env.WWEBJS_CANARY_HOME = good;
  const history = await readHistoryInThread({ window: '30d', libraries: ['1.25.0'] });
  const store = await openStore();
  expect(history).toEqual(await readHistory(store, { window: '30d', libraries: ['1.25.0'] }, Date.parse(history.to)));
  await store.close();
});

test('a question that is refused, or that breaks the thread, does not spoil the next one', async () => {
  process.env.WWEBJS_CANARY_HOME = good;
  await expect(readHistoryInThread({ window: '7d', builds: ['latest'] })).rejects.toThrow(InputError);
  const damaged = temporaryFolder();
  writeFileSync(join(damaged, 'store.sqlite'), 'no database at all, but long enough to be looked at as one'.repeat(99));
  process.env.WWEBJS_CANARY_HOME = damaged;
  await expect(readHistoryInThread({ window: '7d' })).rejects.toThrow('it is not an SQLite database');
  process.env.WWEBJS_CANARY_HOME = good;
  expect((await readHistoryInThread({ window: '7d' })).attempts).toBeGreaterThan(0);
});
