import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { cli } from '../../cli/cli.ts';
import { ownHome } from '../../support/own-home.ts';

const build = '2.3000.1032534684';

interface Served {
  process: ChildProcess;
  url: string;
}

/** The real command, as a person starts it, on a free port. */
async function serve(home: string): Promise<Served> {
  const env = { ...process.env, WWEBJS_CANARY_HOME: home };
  const args = [join(packageRoot, 'src', 'cli', 'main.ts'), 'serve', '--replica', build, '--port', '0'];
  const served = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: served.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event === 'listening') return { process: served, url };
  }
  throw new Error('serve ended before it listened');
}

/** Every answer of `/readyz` until the port is closed. */
async function readinessUntilClosed(url: string): Promise<string[]> {
  const seen: string[] = [];
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (!answer) return seen;
    const { status, code } = (await answer.json()) as { status: string | number; code?: string };
    seen.push(code ?? String(status));
    await sleep(20);
  }
}

test('a service that is told to stop says so while it closes its sessions, and ends what it was answering', async () => {
  const home = ownHome();
  const { process: served, url } = await serve(home);
  const { stdout: key } = await cli(['serve', 'add-key', 'test', '--scope', 'admin', '--replica'], home);
  const headers = { authorization: `Bearer ${key.trim()}`, 'content-type': 'application/json' };
  const post = async (path: string, body: object) =>
    (await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  expect((await fetch(`${url}/v1/workspaces`)).status, 'without the key').toBe(401);
  const { id: workspace } = await post('/v1/workspaces', { name: 'Berlin' });
  const { id: account } = await post(`/v1/workspaces/${workspace}/accounts`, {});
  const stream = await fetch(`${url}/v1/workspaces/${workspace}/accounts/${account}/link/events`, { headers });
  const text = new Response(stream.body).text();
  for (let asked = 0; asked < 200; asked++) {
    const { code } = await (
      await fetch(`${url}/v1/workspaces/${workspace}/accounts/${account}/link`, { headers })
    ).json();
    if (code !== 'code-unknown') break;
    await sleep(100);
  }
  const readiness = readinessUntilClosed(url);
  served.kill('SIGTERM');
  const [exit] = await once(served, 'exit');
  expect(exit).toBe(0);
  expect(await text, 'the stream ended and was not cut').toContain('event: code');
  expect(await readiness).toContain('stopping');
});
