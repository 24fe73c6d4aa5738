import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { withProcessLock } from '../../src/install/process-lock.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const nobodyWaits = () => expect.unreachable('the lock was free');

test('one after the other: two holders are never inside together', async () => {
  const lock = join(temporaryFolder(), 'lock');
  let inside = 0;
  let most = 0;
  const work = () =>
    withProcessLock(
      lock,
      () => {},
      async () => {
        most = Math.max(most, ++inside);
        await sleep(20);
        inside--;
      },
    );
  await Promise.all([work(), work(), work()]);
  expect(most).toBe(1);
});

test('a failure inside gives the lock back', async () => {
  const lock = join(temporaryFolder(), 'lock');
  await expect(withProcessLock(lock, nobodyWaits, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withProcessLock(lock, nobodyWaits, async () => 'mine')).toBe('mine');
});

test('a process that is killed gives the lock back', async () => {
  const lock = join(temporaryFolder(), 'lock');
  const module = JSON.stringify(new URL('../../src/install/process-lock.ts', import.meta.url).href);
  const program = `const { withProcessLock } = await import(${module});
    await withProcessLock(${JSON.stringify(lock)}, () => {}, () => {
      console.log('taken');
      // A timer holds on to what waits for it; an unreachable promise is collected, and the lock with it.
      return new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  let waited = false;
  const mine = withProcessLock(
    lock,
    () => {
      waited = true;
      holder.kill('SIGKILL');
    },
    async () => 'mine',
  );
  expect(await mine).toBe('mine');
  expect(waited).toBe(true);
});

test('a folder in which no lock can be made is the machine’s trouble', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(withProcessLock(join(file, 'lock'), nobodyWaits, async () => {})).rejects.toThrow(TroubleError);
});
