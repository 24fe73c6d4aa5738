import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { packageRoot } from '../../../src/contracts/home.ts';
import { webhookEventSchema } from '../../../src/contracts/service-events.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { ApiKeys } from '../../../src/service/http/keys/api-keys.ts';
import { createServer } from '../../../src/service/http/server.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import { LibraryHosts } from '../../../src/service/sessions/library-host.ts';
import { readEvents } from '../../../src/surface/extract/type-definitions.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { startTestService, until } from '../../support/test-service.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** The programs of docs/service-client.md, unchanged, against a real library in a real browser. */

const page = readFileSync(join(packageRoot, 'docs', 'service-client.md'), 'utf8');
const folder = temporaryFolder();
const number = '15550100123';
let replica: Replica;
let service: Service;
let app: FastifyInstance;
let origin: string;
let key: string;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1032534684' });
  const browser = await ensureBrowser('current', () => {});
  const hosts = new LibraryHosts({ browser, browserArgs: replica.chromiumArgs });
  ({ service } = await startTestService({
    database: `sqlite:${join(folder, 'store.sqlite')}`,
    folder,
    allowPrivateWebhooks: true,
    openHost: hosts.open,
    eventsOf: async (version) => readEvents(await hosts.folderOf(version)),
    deadlines: { startMs: 60_000, linkMs: 90_000, readyMs: 60_000, watchEveryMs: 5_000, answerMs: 10_000 },
  }));
  app = createServer({ service, version: '0.0.0', open: true, onTrouble: () => {} });
  await app.listen({ host: '127.0.0.1', port: 0 });
  origin = `http://127.0.0.1:${(app.server.address() as { port: number }).port}`;
  ({ key } = await new ApiKeys(service.database).create('example', 'admin'));
}, 300_000);
afterAll(async () => {
  await Promise.all([service.stop(), app.close()]);
  await replica.close();
});

/** Runs the program whose first line names `file`; what it prints so far is in `lines`. */
function run(file: string, args: string[], env: Record<string, string>): { child: ChildProcess; lines: string[] } {
  const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const program = programs.find((text) => text.split('\n')[0]?.includes(file)) ?? `${file} is not printed`;
  writeFileSync(join(folder, file), program);
  const child = spawn(process.execPath, [file, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { child, lines };
}

async function get(path: string) {
  return (await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${key}` } })).json();
}

async function post(path: string, body: object) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return (await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}

const lineWith = (lines: string[], text: RegExp) =>
  until(`a line with ${text}`, () => text.exec(lines.join('\n')), 60_000);

test('the programs of docs/service-client.md link a number with a pairing code, receive signed webhooks, call methods, follow events and download a file', async () => {
  const { id: workspace } = await post('/v1/workspaces', { name: 'Berlin' });
  // The secret is known only when there is an address to make the webhook for.
  const { lines: none, child: first } = run('receiver.mjs', [], { WEBHOOK_SECRET: 'not known yet', PORT: '0' });
  const [, port = ''] = await lineWith(none, /listening on port (\d+)/);
  first.kill();
  await once(first, 'exit');
  const webhook = await post(`/v1/workspaces/${workspace}/webhooks`, { url: `http://127.0.0.1:${port}/hook` });
  // The bodies of events are deleted with their delivery, so those of a receiver that is away are read below.
  const away = await post(`/v1/workspaces/${workspace}/webhooks`, { url: 'http://127.0.0.1:9/' });
  const { lines: received } = run('receiver.mjs', [], { WEBHOOK_SECRET: webhook.secret, PORT: port });
  await lineWith(received, /listening/);

  const phone = replica.phones.create(number).id;
  const { child, lines } = run('link-by-code.mjs', [workspace, number], { SERVICE: origin, WWEBJS_KEY: key });
  const [, code = ''] = await lineWith(lines, /type on the phone: (\w+)/);
  await replica.phones.pair(phone, code);
  await once(child, 'exit');
  expect(lines).toContain('the account is qr_scanning');
  expect(lines.at(-1)).toBe('the account is connected');

  replica.phones.send(phone, { body: 'hello', from: '15550100999' });
  await lineWith(received, /^15550100999@c\.us: hello$/m);
  await lineWith(received, /: none -> qr_scanning \(link-asked\)$/m);
  await lineWith(received, /: authenticated -> connected \(ready\)$/m);
  const { items } = await get(`/v1/workspaces/${workspace}/webhooks/${away.id}/deliveries?state=pending`);
  const events = items.map(({ body }: { body: string }) => webhookEventSchema.parse(JSON.parse(body)));
  expect(events).toContainEqual(expect.objectContaining({ type: 'message', workspace }));

  const { items: accounts } = await get(`/v1/workspaces/${workspace}/accounts`);
  const about = [workspace, accounts[0].id];
  const wire = await TcpProxy.to(Number(new URL(origin).port));
  const followed = run('follow.mjs', about, { SERVICE: `http://127.0.0.1:${wire.port}`, WWEBJS_KEY: key });
  await lineWith(followed.lines, /^following group_join,message,message_ack,message_reaction$/m);
  replica.phones.send(phone, { body: 'before the cut', from: '15550100999' });
  await lineWith(followed.lines, /^15550100999@c\.us: before the cut$/m);
  wire.cut('refuse');
  replica.phones.send(phone, { body: 'during the cut', from: '15550100999' });
  await lineWith(followed.lines, /^cut: /m);
  wire.mend();
  await lineWith(followed.lines, /^15550100999@c\.us: during the cut$/m);
  expect(followed.lines.filter((line) => /before the cut|missing/.test(line))).toHaveLength(1);
  followed.child.kill();
  await wire.close();
  const methods = run('methods.mjs', [...about, '15550100999'], { SERVICE: origin, WWEBJS_KEY: key });
  expect(await once(methods.child, 'exit')).toEqual([0, null]);
  expect(methods.lines).toEqual([
    expect.stringMatching(/^the image is true_15550100999@c\.us_/),
    expect.stringMatching(/^the group is \d+@g\.us$/),
  ]);
  const kinds = replica.phones.get(phone).received.map(({ content: { kind } }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['document', 'location', 'poll', 'text', 'reaction']));

  const bytes = Buffer.from('a file of a stranger');
  const { id: media } = replica.phones.sendMedia(phone, bytes, { as: 'document', mimetype: 'text/plain' });
  const downloading = run('download.mjs', [...about, `false_12025550101@c.us_${media}`], {
    SERVICE: origin,
    WWEBJS_KEY: key,
  });
  expect(await once(downloading.child, 'exit')).toEqual([0, null]);
  expect(downloading.lines).toEqual([`${bytes.length} bytes of text/plain`]);
  expect(readFileSync(join(folder, 'download'))).toEqual(bytes);

  const before = received.length;
  const send = async (secret: string, seconds: number, body: string) => {
    const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    const headers = { 'webhook-id': `${secret}${seconds}`, 'webhook-signature': `t=${seconds},v1=${v1}` };
    return (await fetch(`http://127.0.0.1:${port}/hook`, { method: 'POST', headers, body })).status;
  };
  const forged = JSON.stringify({ type: 'message', data: { from: 'a stranger', body: 'forged' } });
  const now = Math.floor(Date.now() / 1000);
  expect(await send('whsec_of_somebody_else', now, forged)).toBe(400);
  expect(await send(webhook.secret, now - 301, forged), 'a recorded request').toBe(400);
  expect((await fetch(`http://127.0.0.1:${port}/hook`, { method: 'POST', body: forged })).status).toBe(400);
  expect(received.length).toBe(before);
});
