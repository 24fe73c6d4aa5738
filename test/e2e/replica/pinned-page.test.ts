import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import { type LinkableClient, type LinkedClient, withLinkedClient } from '../../../src/testing/linked-client.ts';
import { ReplicaFindingsError } from '../../../src/testing/replica-findings-error.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const own = '2.3000.1033000000';
const pinned = '2.3000.1032534684';

interface Client extends LinkableClient {
  sendMessage(to: string, text: string): Promise<unknown>;
  getWWebVersion(): Promise<string>;
}

let Client: new (options: object) => Client;
beforeAll(async () => {
  const { packageDir } = await ensureLibrary('1.34.7', () => {});
  ({ Client } = createRequire(import.meta.url)(packageDir));
});

/** The parts of a page of the real site that matter here; its scripts come from a host of their own. */
const realPage = (naming: string) => `<!doctype html><html><head><meta charset="utf-8">
<script>window.requireLazy = (...queued) => void (window.queue ??= []).push(queued);</script>
<script src="https://static.whatsapp.net/rsrc.php/v4/yg/r/one.js" async="1" crossorigin="anonymous"></script>
<script src="https://static.whatsapp.net/rsrc.php/v4/yg/r/two.js" async="1" crossorigin="anonymous"></script>
</head><body><div id="wa_web_initial_startup"></div><div id="mount_0_0_xx"></div>
<script type="application/json">{"define":[["SiteData",[],{${naming}},317]]}</script>
<script>requireLazy(['ServerJSPayloadListener'], () => {});</script></body></html>`;

/** A server of saved pages, as programs name one in `remotePath`. */
async function archiveWith(html: string): Promise<string> {
  const server = createServer((_request, response) => response.end(html)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/{version}.html`;
}

/** A folder of saved pages, as the library's own cache is one. */
function cacheWith(html: string): string {
  const path = join(temporaryFolder(), 'cache');
  mkdirSync(path);
  writeFileSync(join(path, `${pinned}.html`), html);
  return path;
}

/** Links the real library, which pins a page, to a replica of another build. */
async function link(webVersionCache: object, linkMs = 60_000): Promise<{ build: string; answered: string }> {
  const create = (options: object) => {
    const client = new Client({ ...options, webVersion: pinned, webVersionCache });
    client.on('message', (message: { from: string }) => client.sendMessage(message.from, 'pong'));
    return client;
  };
  return withLinkedClient(create, { build: own, linkMs }, async ({ client, phone }: LinkedClient<Client>) => {
    phone.send('ping');
    const { body } = await phone.received('pong');
    return { build: await client.getWWebVersion(), answered: body };
  });
}

const comet = realPage('"client_revision":1032534684');
test.each([
  ['a remote page of the real site', async () => ({ type: 'remote', remotePath: await archiveWith(comet) })],
  ['a local page of the real site', async () => ({ type: 'local', path: cacheWith(comet) })],
  [
    'a local page of a replica',
    async () => ({ type: 'local', path: cacheWith(pageHtml(resolveSurface(pinned), {}, 'nonce')) }),
  ],
])('a program that pins %s runs on the build of that page', async (_page, cache) => {
  expect(await link(await cache())).toEqual({ build: pinned, answered: 'pong' });
});

test('a page that cannot be fetched is not pinned: the program runs on the build of the replica', async () => {
  expect(await link({ type: 'remote', remotePath: 'http://127.0.0.1:9/{version}.html' })).toMatchObject({ build: own });
});

test('a pinned page that names no build is a finding', async () => {
  const remotePath = await archiveWith(realPage(''));
  const error = await link({ type: 'remote', remotePath }, 5_000).catch((failed) => failed);
  expect(error).toBeInstanceOf(ReplicaFindingsError);
  expect(error.findings).toEqual([
    {
      code: 'pinned-page-unreadable',
      message: 'the program pins a page that the replica cannot run: its html names no build',
      where: [],
    },
  ]);
});
