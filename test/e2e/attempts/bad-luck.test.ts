import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Browser } from '../../../src/browser/ensure-browser.ts';
import type { Attempt } from '../../../src/contracts/attempt.ts';
import type { PlannedCell, RunInfo } from '../../../src/contracts/run.ts';
import { flow } from '../../../src/runner/flow.ts';
import { runPlan } from '../../../src/runner/run-plan.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { attempt, browserProcesses, hostProcesses } from './real-attempt.ts';

const build = '2.3000.1029241508';

async function toyBrowser(script: string): Promise<Browser> {
  const executablePath = join(temporaryFolder(), 'browser');
  await writeFile(executablePath, `#!/bin/sh\n${script}\n`);
  await chmod(executablePath, 0o755);
  return { name: 'toy', executablePath, version: '', args: [], env: {}, sandbox: { on: false, why: 'a toy' } };
}

test('a browser that ends at once is a failed launch with what the browser said', async () => {
  const record = await attempt('1.34.7', build, { browser: await toyBrowser('echo no such library >&2; exit 127') });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'browser-launch-failed', blame: 'browser' });
  expect(JSON.stringify(record.cause)).toContain('no such library');
});

test('a browser that starts and says nothing is a failed launch at the deadline', async () => {
  const record = await attempt('1.34.2', build, { browser: await toyBrowser('sleep 1000'), deadlineFactor: 0.1 });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'launch', code: 'browser-launch-failed', blame: 'browser' });
  expect(record.durationMs).toBeLessThan(6_000);
});

test('a browser that is killed in the middle is found at once', async () => {
  const record = await attempt('1.34.7', build, {
    flow: flow('killed', async ({ client }) => {
      await client.start();
      await client.qr();
      for (const pid of browserProcesses()) process.kill(pid, 'SIGKILL');
      await client.authenticated();
    }),
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'authenticated', code: 'browser-died', blame: 'browser' });
  expect(record.durationMs).toBeLessThan(10_000);
});

test('a host that is killed in the middle leaves a record and no browser', async () => {
  const record = await attempt('1.34.7', build, {
    flow: flow('killed', async ({ client }) => {
      await client.start();
      await client.qr();
      for (const pid of hostProcesses()) process.kill(pid, 'SIGKILL');
      await client.authenticated();
    }),
  });
  expect(record).toMatchObject({ outcome: 'failed', phase: 'authenticated', code: 'host-died' });
  expect(record.cause?.message).toContain('SIGKILL');
  expect(browserProcesses()).toEqual([]);
});

test('an interrupted run keeps what was finished, records what was under way, and leaves no process', async () => {
  const planned: PlannedCell = {
    cell: {
      library: '1.34.7',
      build,
      browser: 'current',
      flow: 'qr-to-ready',
      condition: 'none',
      switches: {},
      target: 'replica',
    },
    expectation: null,
    repeat: 5,
  };
  const controller = new AbortController();
  const records: Attempt[] = [];
  const ends: { run: RunInfo; interrupted: boolean }[] = [];
  let abortedAt = 0;
  const { interrupted } = await runPlan([planned], {
    slots: 1,
    seed: 1,
    signal: controller.signal,
    say: console.log,
    observers: [
      {
        attemptStarted() {
          if (records.length === 0) return;
          setTimeout(() => {
            abortedAt = performance.now();
            controller.abort();
          }, 700);
        },
        attemptEnded: (_, record) => void records.push(record),
        runEnded: (run, wasInterrupted) => void ends.push({ run, interrupted: wasInterrupted }),
      },
    ],
  });
  expect(performance.now() - abortedAt).toBeLessThan(2_000);
  expect(interrupted).toBe(true);
  expect(records.map(({ outcome, code }) => [outcome, code])).toEqual([
    ['passed', null],
    ['infra', 'interrupted'],
  ]);
  expect(ends).toEqual([{ run: expect.objectContaining({ finishedAt: null }), interrupted: true }]);
  expect([...browserProcesses(), ...hostProcesses()]).toEqual([]);
});
