import { expect, test } from 'vitest';
import { Watchdog } from '../../../src/service/sessions/watchdog.ts';

const wid = '15550100123@c.us';
const well = { state: 'CONNECTED', wid };

/** What the watchdog says to each look in a row. */
async function looks(...facts: ({ state: string | null; wid: string | null } | 'hangs' | 'throws')[]) {
  const watchdog = new Watchdog(wid, 20);
  const said = [];
  for (const fact of facts) {
    const ask = () => {
      if (fact === 'throws') return Promise.reject(new Error('Target closed'));
      return fact === 'hangs' ? new Promise<never>(() => {}) : Promise.resolve(fact);
    };
    said.push(await watchdog.look(ask));
  }
  return said;
}

test('a session that is well is left alone', async () => {
  expect(await looks(well, well, well)).toEqual([null, null, null]);
});

test.each(['hangs', 'throws'] as const)('a page that %s twice in a row is hung', async (how) => {
  expect(await looks(how, how)).toEqual([null, 'page-hung']);
});

test('one slow answer is forgiven', async () => {
  expect(await looks('hangs', well, 'hangs', well)).toEqual([null, null, null, null]);
});

test('a state that is not CONNECTED three times in a row is a lost connection', async () => {
  const opening = { state: 'OPENING', wid };
  expect(await looks(opening, opening, opening)).toEqual([null, null, 'disconnected']);
});

test('CONNECTED as somebody else, or as nobody, is not believed', async () => {
  const nobody = { state: 'CONNECTED', wid: null };
  expect((await looks(nobody, nobody, nobody)).at(-1)).toBe('disconnected');
});
