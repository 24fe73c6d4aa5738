import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { home, packageRoot } from '../../../src/contracts/home.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { cli } from '../../cli/cli.ts';
import { newFolder } from '../../fixtures/recorded-run.ts';
import { until } from '../../support/test-service.ts';

const cell = ['--library', '1.34.7', '--build', '2.3000.1029241508', '--browser', 'current'];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
});

function ownHome(): string {
  const folder = newFolder();
  for (const shared of ['browsers', 'libraries']) {
    mkdirSync(home(shared), { recursive: true });
    symlinkSync(home(shared), join(folder, shared));
  }
  return folder;
}

/** Starts `watch` and gives the address of its /metrics, and a way to end it as a service manager does. */
async function startWatch(folder: string, ...options: string[]) {
  const child = spawn(
    process.execPath,
    [join(packageRoot, 'src/cli/main.ts'), 'watch', '--port', '0', ...cell, ...options],
    {
      env: { ...process.env, WWEBJS_CANARY_HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.push(child);
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(String(line).split('\n')[0] ?? '') as { url: string };
  child.stdout.resume();
  return {
    metrics: async () => (await fetch(url)).text(),
    said: () => said,
    async stop() {
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}

test('watch runs once in a period, shows it, ends at a signal and goes on in the next period after a restart', async () => {
  const folder = ownHome();
  const first = await startWatch(folder, '--every', '24h');
  await until(
    'the run is over',
    async () => (await first.metrics()).includes('wwebjs_watch_runs_total{result="as-expected"} 1'),
    60_000,
  );
  expect(await first.metrics()).toMatch(/wwebjs_canary_cell_as_expected\{library="1.34.7".*\} 1/);
  expect(await first.stop()).toBe(0);

  const second = await startWatch(folder, '--every', '24h');
  const third = await startWatch(folder, '--every', '24h');
  await until('one of them waits for the other', () =>
    /another process runs the schedule/.test(second.said() + third.said()),
  );
  expect(await third.metrics()).toContain('wwebjs_watch_runs_total{result="as-expected"} 1');
  expect([await second.stop(), await third.stop()]).toEqual([0, 0]);
  const store = await openStore(join(folder, 'store.sqlite'));
  expect(await store.schedules.get()).toMatchObject({ missed: 0, runs: { 'as-expected': 1, cut: 0 } });
  await store.close();
});

test('a run that takes longer than its budget is cut, and what it had begun is ended', async () => {
  const folder = ownHome();
  const watching = await startWatch(folder, '--every', '24h', '--budget', '10s', '--repeat', '1000');
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
