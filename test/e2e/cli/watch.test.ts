import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/open-store.ts';
import { cli } from '../../cli/cli.ts';
import { ownHome } from '../../support/own-home.ts';
import { until } from '../../support/test-service.ts';
import { startWatch } from '../../support/watch-process.ts';

const works = ['--library', '1.34.7', '--build', '2.3000.1029241508', '--browser', 'current', '--flow', 'qr-to-ready'];
/** Fails within seconds, and is expected to. */
const fails = ['--library', '1.24.0', '--build', '2.3000.1014111620', '--browser', 'current'];
test('watch runs once in a period, shows it, ends at a signal and goes on in the next period after a restart', async () => {
  const folder = ownHome();
  const first = await startWatch(folder, [...works, '--every', '24h']);
  await until(
    'the run is over',
    async () => (await first.metrics()).includes('wwebjs_watch_runs_total{result="as-expected"} 1'),
    60_000,
  );
  expect(await first.metrics()).toMatch(/wwebjs_canary_cell_as_expected\{library="1.34.7".*\} 1/);
  expect(await first.stop()).toBe(0);

  const second = await startWatch(folder, [...works, '--every', '24h']);
  const third = await startWatch(folder, [...works, '--every', '24h']);
  await until('one of them waits for the other', () =>
    /another process runs the schedule/.test(second.said() + third.said()),
  );
  expect(await third.metrics()).toContain('wwebjs_watch_runs_total{result="as-expected"} 1');
  expect([await second.stop(), await third.stop()]).toEqual([0, 0]);
  const store = await openStore(join(folder, 'store.sqlite'));
  expect(await store.schedules.get()).toMatchObject({ missed: 0, runs: { 'as-expected': 1, cut: 0 } });
  await store.close();
});

test('the webhook is notified once of a cell that is unexpected in run after run, and once when it is as expected again', async () => {
  const folder = ownHome();
  const received: { event: string; cell: string; seen: string; run: string; overAt: string | null }[] = [];
  const receiver = createServer(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const schedule = ['--every', '10s', '--webhook', `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`];
  const runs = async (metrics: () => Promise<string>, result: string) =>
    Number(new RegExp(`wwebjs_watch_runs_total\\{result="${result}"\\} (\\d+)`).exec(await metrics())?.[1] ?? 0);

  const before = await startWatch(folder, [...fails, ...schedule, '--ignore-expectations']);
  await until('it was unexpected twice', async () => (await runs(before.metrics, 'unexpected')) >= 2, 120_000);
  expect(await before.stop()).toBe(0);
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({
    event: 'unexpected',
    cell: '1.24.0 | 2.3000.1014111620 | current | qr-to-ready | none | replica',
    seen: expect.stringMatching(/^failed in authenticated with initialize-failed/),
    overAt: null,
  });

  const after = await startWatch(folder, [...fails, ...schedule]);
  await until('it was as expected', async () => (await runs(after.metrics, 'as-expected')) >= 1, 120_000);
  expect(await after.stop()).toBe(0);
  receiver.close();
  expect(received.map(({ event }) => event)).toEqual(['unexpected', 'over']);
  expect(received[1]).toMatchObject({
    cell: received[0]?.cell,
    run: received[0]?.run,
    overAt: expect.stringMatching(/Z$/),
  });
});

test('a run that takes longer than its budget is cut, and what it had begun is ended', async () => {
  const folder = ownHome();
  const watching = await startWatch(folder, [...works, '--every', '24h', '--budget', '10s', '--repeat', '1000']);
  await until(
    'the run was cut',
    async () => (await watching.metrics()).includes('wwebjs_watch_runs_total{result="cut"} 1'),
    60_000,
  );
  expect(await watching.stop()).toBe(0);
  const store = await openStore(join(folder, 'store.sqlite'));
  expect(await store.runs.last()).toMatchObject({ interrupted: true });
  await store.close();
});

test.each([
  [['--every', '5'], '--every'],
  [['--every', '1s'], '--every'],
  [['--budget', 'long'], '--budget'],
  [['--webhook', 'not-a-url'], '--webhook'],
  [['--library', 'nine'], '--library'],
  [['--reporter', 'nothing'], '--reporter'],
])('watch %j is refused before anything starts', async (args, named) => {
  const { exit, stderr } = await cli(['watch', ...args]);
  expect(exit).toBe(3);
  expect(stderr).toContain(named);
});
