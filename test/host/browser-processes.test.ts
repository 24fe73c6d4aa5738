import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { browsersOf } from '../../src/host/browser-processes.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Starts a helper, works for a while in both processes, and says so. */
const browser = `
  const { fork } = require('node:child_process');
  const work = () => { while (process.cpuUsage().user < 200_000); };
  if (process.argv.includes('helper')) { work(); process.send('worked'); process.on('disconnect', () => process.exit()); }
  else {
    work();
    fork(process.argv[1], ['helper']).once('message', () => console.log('worked'));
    process.stdin.on('end', () => process.exit()).resume();
  }`;

test.runIf(existsSync('/proc/self/stat'))(
  'a browser is found by the folder of its profile, and its memory and time are those of all of its processes',
  async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'browser.cjs');
    writeFileSync(file, browser);
    const profile = join(folder, 'with a blank', 'profile');
    const child = spawn(process.execPath, [file, `--user-data-dir=${profile}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    expect(await once(createInterface(child.stdout), 'line')).toEqual(['worked']);
    const found = await browsersOf(process.pid);
    const [own, ...others] = (found ?? []).filter((one) => one.profile === profile);
    expect(others).toEqual([]);
    expect(own?.cpuSeconds.size).toBe(2);
    for (const seconds of own?.cpuSeconds.values() ?? []) expect(seconds).toBeGreaterThan(0.1);
    // A Node process has more than this for itself; that two of them had a gigabyte would be another unit.
    expect(own?.memoryBytes).toBeGreaterThan(10_000_000);
    expect(own?.memoryBytes).toBeLessThan(1_000_000_000);
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
    expect((await browsersOf(process.pid))?.filter((one) => one.profile === profile)).toEqual([]);
  },
);
