import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { type Boot, membersPath } from '../../../src/contracts/boot.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import type { MemberTable } from '../../../src/contracts/shape.ts';
import { resolveShapes } from '../../../src/replica/builds/resolve-shapes.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { pageHosts } from '../../../src/replica/server/certificate.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';

const build = '2.3000.1026515401';
const token = 'abcdef-0123456789';

/** A replica with a token, closed at the end of the block. */
async function guarded(): Promise<Replica & AsyncDisposable> {
  const replica = await startReplica({ build, token });
  return { ...replica, [Symbol.asyncDispose]: () => replica.close() };
}

/** The first bytes that a proxy at `port` answers to CONNECT. @param servername name in the TLS connection */
async function answerOfProxy(port: number, servername: string | undefined, target: string): Promise<string> {
  const socket = connect({ port, rejectUnauthorized: false, ...(servername && { servername }) });
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).split('\r\n', 1)[0] as string;
}

async function get(port: number, path: string, userAgent?: string): Promise<string> {
  return (await respond(port, path, userAgent)).text;
}

function respond(
  port: number,
  path: string,
  userAgent = 'Mozilla/5.0 Chrome/101',
): Promise<{ headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const options = { port, path, rejectUnauthorized: false, headers: { 'user-agent': userAgent } };
    request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}

test('the html names its manifest as the build does', async () => {
  const legacy = await startReplica({ build: '2.2412.54' });
  const comet = await startReplica({ build: '2.3000.1026515401' });
  expect((await get(legacy.port, '/')).match(/manifest-([\d\\.]+)\.json/)?.[1]).toBe('2.2412.54');
  expect(await get(comet.port, '/')).toContain('href="/data/manifest.json"');
  await Promise.all([legacy.close(), comet.close()]);
});

test('the service worker of a build names it where clients read it, and answers with its page only on a condition', async () => {
  const legacy = await startReplica({ build: '2.2412.54' });
  const comet = await startReplica({ build: '2.3000.1026515401' });
  expect(await get(legacy.port, '/serviceworker.js')).toContain('skipWaiting');
  const plain = await get(comet.port, '/sw.js');
  expect(/\\?"client_revision\\?":\s*(\d+)/.exec(plain)?.[1]).toBe('1026515401');
  expect(await get(comet.port, '/')).not.toContain('"serviceWorker"');
  comet.setCondition('kept-page', true);
  expect(await get(comet.port, '/sw.js')).not.toBe(plain);
  expect(await get(comet.port, '/')).toContain('"serviceWorker":"registers"');
  await Promise.all([legacy.close(), comet.close()]);
});

type Payload = Record<string, object>;

/** What clients read out of the text of an html without running it. It reads the saved pages of @wppconnect/wa-version as well. */
function readHtml(html: string) {
  const calls = [...html.matchAll(/<script type="application\/json"[^>]* data-sjs>(.*?)<\/script>/gs)].flatMap(
    ([, text = '']) => (JSON.parse(text) as { require?: [string, string, null, Payload[]][] }).require ?? [],
  );
  /** A page has several payloads of a module, each with a part of every map. */
  const given = (name: string) => {
    const all: Payload = {};
    for (const [module, , , [payload = {}]] of calls) {
      if (module === name) for (const [key, part] of Object.entries(payload)) all[key] = { ...all[key], ...part };
    }
    return all as unknown;
  };
  return {
    revision: Number(/"client_revision":(\d+),?/.exec(html)?.[1]),
    switches: given('HasteSupportData') as {
      gkxData: Record<string, { result: boolean }>;
      qexData: Record<string, { r: unknown }>;
    },
    resources: given('Bootloader') as {
      consistency: { rev: number };
      rsrcMap: Record<string, { type: string; src: string; m: string }>;
      compMap: Record<string, { r: string[] }>;
    },
  };
}

test.each([
  ['2.3000.1017054665', {}],
  ['2.3000.1044822804', {}],
  ['2.3000.1044822804', { production: 'false', 'comms-in-worker': 'true' }],
  ['2.3000.1048653945', { 'comms-in-worker': 'worker_hrp' }],
])(
  'the html of %s with switches %j says revision, switches, components and scripts of the build',
  async (build, values) => {
    const surface = resolveSurface(build, values);
    const replica = await startReplica({ build, surface });
    const { revision, switches, resources } = readHtml(await get(replica.port, '/'));
    expect([revision, resources.consistency.rev]).toEqual(Array(2).fill(Number(build.split('.')[2])));
    const seen = { ...switches.gkxData, ...switches.qexData };
    const expected = Object.values(surface.switches).filter(({ key }) => /^(?:gkx|qex) /.test(key ?? ''));
    expect(Object.keys(seen).sort()).toEqual(expected.map(({ key }) => key?.split(' ')[1]).sort());
    for (const { key, value } of expected) {
      const shown = seen[key?.split(' ')[1] as string];
      expect(String(shown && ('result' in shown ? shown.result : shown.r))).toBe(value);
    }
    const modules = Object.values(surface.modules);
    const components = modules.flatMap((module) => [
      ...(module.components ?? []),
      ...Object.values(module.loaders ?? {}),
    ]);
    expect(Object.keys(resources.compMap).sort()).toEqual([...new Set(components)].sort());
    const named = Object.values(resources.compMap).flatMap(({ r }) => r);
    for (const name of named) expect(resources.rsrcMap).toHaveProperty(name);
    for (const { src } of Object.values(resources.rsrcMap)) {
      const { host, pathname } = new URL(src);
      expect(pageHosts).toContain(host);
      expect(await get(replica.port, pathname)).toContain('function');
    }
    await replica.close();
  },
);

test('members are in the html or come after it, and each in one place', async () => {
  const replica = await startReplica({ build: '2.3000.1044822804' });
  const html = await get(replica.port, '/');
  const { members: early } = JSON.parse(/id="boot">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as Boot;
  const later = JSON.parse(await get(replica.port, `${membersPath}?build=2.3000.1044822804`)) as MemberTable;
  expect(Object.keys(early)).toEqual(expect.arrayContaining(['WAWebSocketModel.Socket']));
  const { members } = resolveShapes('2.3000.1044822804');
  expect(Object.keys(members)).toHaveLength(Object.keys(early).length + Object.keys(later).length);
  expect({ ...early, ...later }).toEqual(members);
  expect(await get(replica.port, `${membersPath}?build=x`)).toContain('is not a WhatsApp Web build number');
  await replica.close();
});

test('every response has a nonce of its own, which the policy of a build with nonces names', async () => {
  const replica = await startReplica({ build: '2.3000.1044822804' });
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const { headers, text } = await respond(replica.port, '/');
      const nonce = /<script nonce="([^"]+)" src=/.exec(text)?.[1];
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain(`'nonce-${nonce}'`);
      expect(/script-src[^;]*/.exec(policy)?.[0]).not.toContain('unsafe-inline');
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);
  await replica.close();
});

test('a headless browser gets the page for unsupported browsers where the build refuses it', async () => {
  const agent = 'Mozilla/5.0 HeadlessChrome/153';
  for (const [build, refuses] of [
    ['2.3000.1026515401', false],
    ['2.3000.1044822804', true],
  ] as const) {
    const replica = await startReplica({ build });
    expect((await get(replica.port, '/', agent)).includes('Google Chrome 100+')).toBe(refuses);
    await replica.close();
  }
});

test('bad input is one clear message', async () => {
  await expect(startReplica({ build: '2.3000.x' })).rejects.toThrow('"2.3000.x" is not a WhatsApp Web build number');
  await expect(startReplica({ build: '2.2412.54', conditions: ['no-such'] })).rejects.toThrow('no-such');
});

test('it listens on the given ports, and a port in use is trouble that names its option', async () => {
  const first = await startReplica({ build });
  const phonePort = Number(new URL(first.phoneUrl).port);
  for (const [taken, option] of [
    [{ port: first.port }, `--port ${first.port}`],
    [{ phonePort }, `--phone-port ${phonePort}`],
  ] as const) {
    const second = startReplica({ build, ...taken });
    await expect(second).rejects.toThrow(TroubleError);
    await expect(second).rejects.toThrow(`${option}: cannot listen on 127.0.0.1 (EADDRINUSE)`);
  }
  await first.close();
  const again = await startReplica({ build, port: first.port, phonePort });
  expect(again).toMatchObject({ port: first.port, phoneUrl: first.phoneUrl });
  await again.close();
});

test('an address that other machines reach needs a token, and a token has to be a label of a host name', async () => {
  await expect(startReplica({ build, host: '0.0.0.0' })).rejects.toThrow('needs a --token');
  await expect(startReplica({ build, token: 'Capitals-and-more' })).rejects.toThrow('--token');
  await expect(startReplica({ build, token: 'short' })).rejects.toThrow('--token');
  const replica = await startReplica({ build, host: '0.0.0.0', publicHost: 'sidecar', token });
  expect(replica.phoneUrl).toMatch(/^http:\/\/sidecar:\d+$/);
  expect(replica.chromiumArgs[0]).toBe(`--proxy-server=https://${token}.replica.invalid:${replica.port}`);
  expect(replica.chromiumArgs[1]).toContain(`MAP ${token}.replica.invalid sidecar,`);
  await replica.close();
});

test('the phone control answers requests with the token only', async () => {
  await using replica = await guarded();
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${replica.phoneUrl}/phones`, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: `Bearer ${token}x` })).toBe(401);
  expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
});

test('the page is reached through a proxy whose name has the token', async () => {
  await using replica = await guarded();
  const { port } = replica;
  expect(await answerOfProxy(port, `${token}.replica.invalid`, 'web.whatsapp.com:443')).toContain('200');
  expect(await answerOfProxy(port, `${token}.replica.invalid`, 'example.com:443')).toContain('403');
  expect(await answerOfProxy(port, 'another-token-0123.replica.invalid', 'web.whatsapp.com:443')).toContain('403');
  expect(await answerOfProxy(port, undefined, 'web.whatsapp.com:443')).toContain('403');
  expect(await get(port, '/')).toContain('proxy for WhatsApp Web only');
});

test('a second replica starts at once', async () => {
  await (await startReplica({ build: '2.3000.1026515401' })).close();
  const began = performance.now();
  const replica = await startReplica({ build: '2.3000.1026515401' });
  const took = performance.now() - began;
  await replica.close();
  expect(took).toBeLessThan(500);
});
