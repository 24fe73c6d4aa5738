import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withProcessLock } from '../../src/install/process-lock.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

const replica = (...options: string[]) => cli(['replica', '--build', '2.3000.1029241508', ...options]);

const taken = createServer().listen(0, '127.0.0.1');
let port: string;
beforeAll(async () => {
  if (!taken.listening) await once(taken, 'listening');
  port = String((taken.address() as AddressInfo).port);
});
afterAll(() => void taken.close());

test.each([
  [['--host', '0.0.0.0'], 'needs a --token'],
  [['--token', 'short'], '--token: it has to be 16 to 63 characters'],
  [['--port', '65536'], '--port'],
  [['--phone-port', 'x'], '--phone-port'],
  [['--auto-scan', '+1 555'], '7 to 15 digits'],
  [['--chrome-wrapper', 'chrome', '--browser', 'netscape'], 'netscape'],
])('bad usage: %j', async (options, message) => {
  const { exit, stdout, stderr } = await replica(...options);
  expect(stderr).toContain(message);
  expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' });
});

test.each(['--port', '--phone-port'])('a %s in use is one clear error', async (option) => {
  const { exit, stdout, stderr } = await replica(option, port);
  expect(stderr).toBe(`error: ${option} ${port}: cannot listen on 127.0.0.1 (EADDRINUSE); choose another ${option}\n`);
  expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' });
});

test('two replicas do not share a folder', async () => {
  const folder = temporaryFolder();
  const refuse = () => {
    throw new Error('nothing else has the lock');
  };
  await withProcessLock(join(folder, 'lock'), refuse, async () => {
    const { exit, stderr } = await replica('--state', folder);
    expect(stderr).toContain(`--state ${folder}: another replica uses this folder`);
    expect(exit).toBe(4);
  });
});
