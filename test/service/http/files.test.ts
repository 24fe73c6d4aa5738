import Fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { sendFile } from '../../../src/service/http/routes/calls.ts';
import { type Forwarding, fetchFrom, sendOn } from '../../../src/service/http/routes/forward.ts';
import { noOrigin } from '../../../src/service/request-origin.ts';
import { Sealer } from '../../../src/service/sealer.ts';
import { testSealKey } from '../../support/test-service.ts';

const sealer = new Sealer([testSealKey]);
const apps: ReturnType<typeof Fastify>[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

function newApp() {
  const app = Fastify({ forceCloseConnections: true });
  apps.push(app);
  return app;
}

test.each([
  ['image/png', 'photo.png', 'image/png'],
  ['image/png\r\nset-cookie: a=b', 'a\r\nb', 'application/octet-stream'],
  ['größe', '\ud800', 'application/octet-stream'],
  ['\u0000', '', 'application/octet-stream'],
  ['', 'it\'s a "name"', 'application/octet-stream'],
])('a file that a stranger gave the type %j and the name %j is answered', async (mimetype, filename, type) => {
  const app = newApp();
  app.get('/', (_, reply) => sendFile({ mimetype, filename, bytes: Buffer.from('bytes') }, 'id', reply));
  const { statusCode, body, headers } = await app.inject('/');
  expect([statusCode, body, headers['x-media-type']]).toEqual([200, 'bytes', type]);
  expect(headers).not.toHaveProperty('set-cookie');
});

/** The answer of a server that sends its headers at once, and then does what `rest` does with the connection. */
async function askThrough<T>(
  rest: (write: { end(text: string): void; cut(): void }) => void,
  ask: (request: Parameters<typeof sendOn>[1], to: Forwarding) => Promise<T>,
): Promise<T> {
  const other = newApp();
  other.get('/', (_, { raw }) => {
    raw.writeHead(200, { 'content-type': 'application/json' });
    raw.write('{');
    rest({ end: (text) => raw.end(text), cut: () => raw.destroy() });
  });
  const address = await other.listen({ host: '127.0.0.1', port: 0 });
  const app = newApp();
  const result = Promise.withResolvers<T>();
  app.get('/', async (request) => {
    result.resolve(ask(request, { address, origin: noOrigin, ms: 0, unknown: 'call-unknown' }));
    await result.promise.catch(() => {});
    return null;
  });
  await app.inject('/');
  return result.promise;
}

test('a file that another instance has may take its reader longer than the other instance may take to answer', async () => {
  const text = await askThrough(
    ({ end }) => setTimeout(end, 2_500, '}'),
    async (request, to) => (await fetchFrom({ sealer }, request, to)).text(),
  );
  expect(text).toBe('{}');
});

test('an answer of another instance that is cut says that the outcome is unknown', async () => {
  const answer = askThrough(
    ({ cut }) => setTimeout(cut, 50),
    (request, to) => sendOn({ sealer }, request, to),
  );
  await expect(answer).rejects.toMatchObject({ code: 'call-unknown' });
});
