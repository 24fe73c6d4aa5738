import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellKey } from '../../src/contracts/cell-key.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { noteSurprises, notifyWebhook } from '../../src/watch/surprises.ts';
import { exampleCell, exampleRun, failedAttempt, infraAttempt, passedAttempt } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

let store: Store;
let status = 200;
let received: { event: string; cell: string; seen: string }[] = [];
const server = createServer(async (request, response) => {
  const body = Buffer.concat(await Array.fromAsync(request)).toString();
  if (status === 200) received.push(JSON.parse(body));
  response.writeHead(status).end();
});
let url = '';

beforeEach(async () => {
  store = await openStore(join(temporaryFolder(), 'store.sqlite'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  received = [];
  status = 200;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await store.close();
});

let clock = 1_000_000;
async function runEnds(outcome: 'passed' | 'failed' | 'infra', of = exampleCell()): Promise<string | null> {
  const attempt = { passed: passedAttempt, failed: failedAttempt, infra: infraAttempt }[outcome]();
  const cell = { ...of, expectation: null, surprise: outcome === 'failed', attempts: [attempt] };
  await noteSurprises({ run: exampleRun, cells: [cell] }, store.surprises, ++clock);
  return notifyWebhook(url, store.surprises);
}

const events = () => received.map(({ event }) => event);

test('an unexpected cell is notified once, however long it lasts, and once more when it is over', async () => {
  for (const outcome of ['passed', 'failed', 'failed', 'failed'] as const) await runEnds(outcome);
  expect(events()).toEqual(['unexpected']);
  expect(received[0]?.seen).toBe('failed in ready with no-ready: window.Store.User.getMeUser is not a function');
  for (const outcome of ['passed', 'passed'] as const) await runEnds(outcome);
  expect(events()).toEqual(['unexpected', 'over']);
  await runEnds('failed');
  expect(events()).toEqual(['unexpected', 'over', 'unexpected']);
});

test('two processes that notify at the same time send each beginning and each end once', async () => {
  const cell = { ...exampleCell(), expectation: null, surprise: true, attempts: [failedAttempt()] };
  const both = () => Promise.all([notifyWebhook(url, store.surprises), notifyWebhook(url, store.surprises)]);
  await noteSurprises({ run: exampleRun, cells: [cell] }, store.surprises, 1);
  expect(await both()).toEqual([null, null]);
  await noteSurprises({ run: exampleRun, cells: [] }, store.surprises, 2);
  expect(await both()).toEqual([null, null]);
  expect(events()).toEqual(['unexpected', 'over']);
});

test('an unexpected cell that the plan no longer has is over', async () => {
  await runEnds('failed');
  await runEnds('passed', exampleCell({ browser: '107' }));
  expect(received.map(({ event, cell }) => [event, cell])).toEqual([
    ['unexpected', cellKey(exampleCell())],
    ['over', cellKey(exampleCell())],
  ]);
});

test('watch and nightly on one store each end and send only what they began', async () => {
  const other = { ...exampleCell({ browser: '107' }), expectation: null, surprise: true, attempts: [failedAttempt()] };
  await noteSurprises({ run: exampleRun, cells: [other] }, store.nightSurprises, ++clock);
  for (const outcome of ['failed', 'passed'] as const) await runEnds(outcome);
  expect(received.map(({ event, cell }) => [event, cell])).toEqual([
    ['unexpected', cellKey(exampleCell())],
    ['over', cellKey(exampleCell())],
  ]);
  await runEnds('failed');
  received = [];
  await noteSurprises({ run: exampleRun, cells: [other] }, store.nightSurprises, ++clock);
  await notifyWebhook(url, store.nightSurprises);
  await noteSurprises({ run: exampleRun, cells: [] }, store.nightSurprises, ++clock);
  await notifyWebhook(url, store.nightSurprises);
  expect(received.map(({ event, cell }) => [event, cell])).toEqual([
    ['unexpected', cellKey(other)],
    ['over', cellKey(other)],
  ]);
  expect(await store.surprises.lasting()).toEqual([cellKey(exampleCell())]);
});

test('an attempt that the harness spoiled neither begins nor ends anything', async () => {
  for (const outcome of ['infra', 'failed', 'infra'] as const) await runEnds(outcome);
  expect(events()).toEqual(['unexpected']);
});

test('a notification without a 2xx answer is sent later, and not at all when it is over by then', async () => {
  status = 503;
  expect(await runEnds('failed')).toBe('it answered 503');
  status = 200;
  await runEnds('failed');
  expect(events()).toEqual(['unexpected']);
  status = 503;
  expect(await runEnds('passed')).toBe('it answered 503');
  status = 200;
  await runEnds('passed');
  expect(events()).toEqual(['unexpected', 'over']);
  status = 503;
  await runEnds('failed');
  await runEnds('passed');
  status = 200;
  await runEnds('passed');
  expect(events()).toEqual(['unexpected', 'over']);
});

test('a notification whose sender was killed before the answer came is not sent again', async () => {
  await runEnds('passed');
  await noteSurprises(
    { run: exampleRun, cells: [{ ...exampleCell(), expectation: null, surprise: true, attempts: [failedAttempt()] }] },
    store.surprises,
    ++clock,
  );
  // What a killed process leaves behind.
  for (const each of await store.surprises.notNotified()) await store.surprises.markNotified(each);
  await runEnds('failed');
  expect(events()).toEqual([]);
  await runEnds('passed');
  expect(events()).toEqual(['over']);
});

test('a webhook that cannot be reached is a sentence, not an error', async () => {
  await runEnds('failed');
  const reason = await notifyWebhook('http://127.0.0.1:1/', store.surprises);
  expect(reason).toBeNull();
  status = 503;
  await runEnds('passed');
  expect(await notifyWebhook('http://127.0.0.1:1/', store.surprises)).toMatch(/ECONNREFUSED|bad port/);
});
