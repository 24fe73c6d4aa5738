import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { proxySchema } from '../../../src/contracts/account-browser.ts';
import { openProxy, testProxy } from '../../../src/service/sessions/account-proxy.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An HTTP proxy that says that it connected, and does not. */
function httpProxy(userAndPassword: string, seen: string[]): Promise<string> {
  const expected = `Basic ${Buffer.from(userAndPassword).toString('base64')}`;
  const server = createHttpServer().on('connect', ({ url = '', headers }, socket) => {
    seen.push(url);
    const isKnown = headers['proxy-authorization'] === expected;
    socket.end(`HTTP/1.1 ${isKnown ? '200 OK' : '407 Proxy Authentication Required'}\r\n\r\n`);
  });
  return listening(server);
}

/** A SOCKS5 proxy with user and password (RFC 1928, RFC 1929) that says that it connected, and does not. */
function socksProxy(user: string, password: string, seen: string[]): Promise<string> {
  const server = createServer((socket) => {
    let step = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (step === 0) socket.write(Buffer.from([5, 2]));
      if (step === 1) {
        const length = data[1] ?? 0;
        const given = [data.subarray(2, 2 + length), data.subarray(3 + length)].map(String);
        const isKnown = given.join(':') === `${user}:${password}`;
        socket.write(Buffer.from([1, isKnown ? 0 : 1]));
        if (!isKnown) socket.end();
      }
      if (step === 2) {
        const length = data[4] ?? 0;
        seen.push(`${data.subarray(5, 5 + length)}:${data.readUInt16BE(5 + length)}`);
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      }
      step++;
    });
  });
  return listening(server);
}

describe.each([
  ['HTTP', 'http', (seen: string[]) => httpProxy('me:p@ss', seen)],
  ['SOCKS5', 'socks5', (seen: string[]) => socksProxy('me', 'p@ss', seen)],
] as const)('a %s proxy with credentials', (_, protocol, start) => {
  test('works with the right ones: it is asked to connect to WhatsApp Web by name', async () => {
    const seen: string[] = [];
    const address = await start(seen);
    const tested = await testProxy(`${protocol}://me:p%40ss@${address}`, true);
    expect(tested).toEqual({ works: true, ms: expect.any(Number), reason: null });
    expect(seen).toEqual(['web.whatsapp.com:443']);
  });

  test('does not work with wrong ones, and the test says so', async () => {
    const address = await start([]);
    const { works, reason } = await testProxy(`${protocol}://me:wrong@${address}`, true);
    expect(works).toBe(false);
    expect(reason).toMatch(/did not connect to web\.whatsapp\.com:443/);
    expect(reason).not.toContain('wrong');
  });

  test('is given to the browser as a port of this machine, without the credentials', async () => {
    const address = await start([]);
    const { server, close } = await openProxy(`${protocol}://me:p%40ss@${address}`, true);
    expect(server).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server).not.toContain(address);
    await close();
    await expect(fetch(server)).rejects.toThrow();
  });
});

test('a proxy that is not there does not work', async () => {
  const { works, reason } = await testProxy('http://127.0.0.1:9', true);
  expect(works).toBe(false);
  expect(reason).toMatch(/did not connect/);
});

test('a proxy without credentials is given to the browser directly, under the address that its name leads to', async () => {
  expect(await openProxy('socks5://localhost:1080', true)).toMatchObject({
    server: expect.stringMatching(/^socks5:\/\/(127\.0\.0\.1|\[::1\]):1080$/),
  });
});

test.each(['localhost', 'LocalHost'])(
  'the browser gets no name to look up again, however it is written: %s',
  async (name) => {
    for (const protocol of ['http', 'socks5']) {
      const { server } = await openProxy(`${protocol}://${name}:1080`, true);
      expect(server).toMatch(new RegExp(`^${protocol}://(127\\.0\\.0\\.1|\\[::1\\]):1080$`));
    }
    const [, port] = (await httpProxy(`${name}:x`, [])).split(':');
    expect(await testProxy(`http://${name}:x@${name}:${port}`, true)).toMatchObject({ works: true });
  },
);

test.each(['http://127.0.0.1:3128', 'socks5://[::1]:1080', 'http://localhost:3128', 'http://me:x@169.254.169.254:80'])(
  '%s leads into a private network and is refused where that is not allowed',
  async (proxy) => {
    await expect(openProxy(proxy, false)).rejects.toThrow(/private/);
    expect(await testProxy(proxy, false)).toMatchObject({ works: false, reason: expect.stringMatching(/private/) });
  },
);

test.each([
  ['http://proxy.example.org:3128', true],
  ['socks5://user:p%40ss@proxy.example.org:1080', true],
  ['http://[2001:db8::1]:3128', true],
  ['https://proxy.example.org:3128', false],
  ['socks4://proxy.example.org:1080', false],
  ['http://proxy.example.org', false],
  ['http://proxy.example.org:99999', false],
  ['http://user@proxy.example.org:3128', false],
  ['http://user:p@ss@proxy.example.org:3128', false],
  ['http://user:%ff@proxy.example.org:3128', false],
  ['http://proxy.example.org:3128/path', false],
  ['http://proxy.example.org:3128 --no-sandbox', false],
  ['direct://', false],
])('%s as a proxy: %s', (address, isProxy) => {
  expect(proxySchema.safeParse(address).success).toBe(isProxy);
});
