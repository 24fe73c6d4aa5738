import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { planned } from '../fixtures/example-run.ts';
import { LightWorker, storedAttempts } from '../queue/light-workers.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';

const workers = 8;
const attempts = 2_000;
const lostAfterMs = 3_000;

interface RunProcess {
  child: ChildProcess;
  id: Promise<string>;
  exited: Promise<unknown>;
}

function startRun(options: object): RunProcess {
  const file = join(import.meta.dirname, '../queue/light-run.ts');
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const id = once(lines, 'line').then(([line]) => line as string);
  const exited = once(child, 'exit');
  atFileEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, id, exited };
}

test('2,000 attempts by 8 workers that are killed, paused and replaced, under two coordinators of which one is killed, count once each', async () => {
  const redis = await startPrivateRedis();
  const home = temporaryFolder();
  process.env.WWEBJS_CANARY_HOME = home;
  const shared = { url: redis.url, folder: temporaryFolder(), lostAfterMs, attemptMs: 100, slots: 2 };
  let started = 0;
  const start = () => new LightWorker({ ...shared, name: `w${++started}` });
  const fleet = Array.from({ length: workers }, start);
  const plan = ['1.25.0', '1.33.2', '1.34.2', '1.34.7'].map((library) => planned({ library }, null, attempts / 4));
  const first = startRun({ ...shared, plan, slots: 200 });
  const runId = await first.id;
  let isOver = false;
  const counts = { killed: 0, paused: 0 };
  const chaos = (async () => {
    while (!isOver) {
      await sleep(200 + Math.random() * 1_500);
      const i = Math.floor(Math.random() * workers);
      const victim = fleet[i] as LightWorker;
      if (Math.random() < 0.7) {
        victim.signal('SIGKILL');
        counts.killed++;
        fleet[i] = start();
      } else {
        victim.signal('SIGSTOP');
        counts.paused++;
        void sleep(lostAfterMs * 2).then(() => victim.signal('SIGCONT'));
      }
    }
  })();
  while ((await storedAttempts(runId)).length < attempts / 3) await sleep(500);
  first.child.kill('SIGKILL');
  await first.exited;
  const second = startRun({ ...shared, plan, slots: 200, resume: runId });
  expect(await second.id).toBe(runId);
  await second.exited;
  isOver = true;
  await chaos;
  const stored = await storedAttempts(runId);
  const lost = stored.filter(({ code }) => code === 'worker-lost');
  const counted = stored.filter(({ code }) => code !== 'worker-lost');
  const place = (id: string) => Number(/^.*-[0-9a-f]{6}-(\d{4,})/.exec(id)?.[1]);
  console.log({ ...counts, lost: lost.length, counted: counted.length, exit: second.child.exitCode });
  expect(counted).toHaveLength(attempts);
  expect(new Set(counted.map(({ id }) => place(id))).size).toBe(attempts);
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  expect(lost.length).toBeGreaterThan(0);
  for (const { id } of lost) expect(counted.some((each) => place(each.id) === place(id))).toBe(true);
  for (const worker of fleet) {
    worker.signal('SIGCONT');
    // Before that, the signal ends a process as it does by default.
    while (!worker.lines.includes('serving')) await sleep(50);
    worker.signal('SIGTERM');
  }
  await Promise.all(fleet.map(({ exited }) => exited));
  expect(fleet.map(({ exitCode }) => exitCode)).toEqual(fleet.map(() => 0));
  expect((await redis.client.keys('*')).filter((key) => /[0-9a-f]{64}/.test(key))).toEqual([]);
});
