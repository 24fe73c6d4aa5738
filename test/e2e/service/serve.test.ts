import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { startReplica } from '../../../src/replica/start-replica.ts';
import { cli } from '../../cli/cli.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { ownHome } from '../../support/own-home.ts';
import { until } from '../../support/test-service.ts';

const build = '2.3000.1032534684';

interface Served {
  process: ChildProcess;
  url: string;
}

/** The real command, as a person starts it, on a free port. */
async function serve(home: string, replica = build): Promise<Served> {
  const env = { ...process.env, WWEBJS_CANARY_HOME: home };
  const args = [join(packageRoot, 'src', 'cli', 'main.ts'), 'serve', '--replica', replica, '--port', '0'];
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

test('a service in graceful shutdown reports it while it closes its sessions, and completes its answers', async () => {
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

test('against a replica that runs by itself a restart of the service restores the session', async () => {
  const home = ownHome();
  const replica = await startReplica({ build });
  const file = join(home, 'replica.json');
  const { url, chromiumArgs, phoneUrl } = replica;
  writeFileSync(file, JSON.stringify({ url, chromiumArgs, phoneUrl }));
  const first = await serve(home, file);
  const post = async (path: string, body: object) =>
    (
      await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    ).json();
  const { id: workspace } = await post(`${first.url}/v1/workspaces`, { name: 'Berlin' });
  const accounts = `/v1/workspaces/${workspace}/accounts`;
  const { id: account } = await post(first.url + accounts, {});
  const look = async (url: string, what = '') => (await fetch(`${url}${accounts}/${account}${what}`)).json();
  const { code: qr } = await until('a code', async () => {
    const answer = await look(first.url, '/link');
    return answer.kind === 'qr' && answer;
  });
  replica.phones.scan(replica.phones.create('15550100123').id, qr);
  await until('connected', async () => (await look(first.url)).status === 'connected');
  first.process.kill('SIGTERM');
  await once(first.process, 'exit');
  const second = await serve(home, file);
  await until('connected again', async () => (await look(second.url)).status === 'connected', 60_000);
  const starts = await look(second.url, '/starts');
  expect(starts.items.map(({ cause }: { cause: string }) => cause)).toEqual(['instance-stopped', 'link-asked']);
  second.process.kill('SIGTERM');
  await once(second.process, 'exit');
  await replica.close();
});

test('a signal ends a service at once while another instance migrates its database', async () => {
  const address = await newMysqlDatabase();
  const other = await createConnection(address);
  await other.query("select get_lock(concat('wwebjs_canary_', left(sha2(database(), 256), 40)), 0)");
  const env = { ...process.env, WWEBJS_CANARY_HOME: ownHome(), WWEBJS_CANARY_DATABASE: address };
  const args = [join(packageRoot, 'src', 'cli', 'main.ts'), 'serve', '--replica', build, '--port', '0'];
  const served = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Response(Readable.toWeb(served.stdout) as ReadableStream).text();
  const waiting = "select count(*) as waiting from information_schema.processlist where info like 'select get_lock%'";
  await until('it waits for the other', async () => {
    const [rows] = await other.query<RowDataPacket[]>(waiting);
    return rows[0]?.waiting > 0;
  });
  served.kill('SIGTERM');
  const [exit] = await Promise.race([once(served, 'exit'), sleep(8_000, ['still runs'])]);
  served.kill('SIGKILL');
  await other.end();
  expect(exit).toBe(0);
  const events = (await said)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events.filter((event) => event !== 'set-up')).toEqual(['stopped']);
});

test('a service whose port is taken says so and has never started', async () => {
  const home = ownHome();
  const { process: first, url } = await serve(home);
  const second = await cli(['serve', '--replica', build, '--port', new URL(url).port], ownHome());
  expect([second.exit, second.stderr]).toEqual([4, expect.stringContaining('port')]);
  expect(second.stdout).not.toContain('"started"');
  first.kill('SIGTERM');
  await once(first, 'exit');
});
