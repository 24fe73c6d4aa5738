import { once } from 'node:events';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { afterAll, beforeAll, test } from 'vitest';
import { within } from '../../../src/contracts/within.ts';
import { streamEvents } from '../../../src/service/http/routes/event-stream.ts';
import { streamLink } from '../../../src/service/http/routes/link-events.ts';
import { OpenStreams } from '../../../src/service/http/routes/open-streams.ts';
import type { RouteContext } from '../../../src/service/http/routes/route.ts';
import type { SessionIds } from '../../../src/service/session-ids.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const [, newAddress] = engines[0] as (typeof engines)[0];

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

let server: TestServer;
let context: RouteContext;
let ids: SessionIds;

beforeAll(async () => {
  server = await startTestServer({ database: await newAddress(), openHost: silentHosts });
  const { service, keys } = server;
  context = { service, keys, open: false, streams: new OpenStreams(0) };
  const { id } = await service.workspaces.create('W');
  ids = await service.sessions.link(id, { phone: null, pairing: false, libraryPin: null });
});
afterAll(() => server.stop());

const streams: [name: string, stream: (exchange: Exchange) => Promise<void>][] = [
  ['a link', (exchange) => streamLink(context, ids, exchange)],
  [
    'events',
    async (exchange) => {
      const { workspace } = ids;
      await streamEvents(
        context,
        await context.service.events.open({ workspace, account: null }, ['x'], null),
        exchange,
      );
    },
  ],
];

test.each(streams)('a stream of %s whose reader left before it began is over at once', async (_, stream) => {
  const arrived = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const app = Fastify();
  app.get('/', async (request, reply) => {
    const left = once(reply.raw, 'close');
    arrived.resolve();
    await left;
    await stream({ request, reply }).then(over.resolve, over.reject);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const leaving = new AbortController();
  const asked = fetch(url, { signal: leaving.signal, headers: { authorization: `Bearer ${server.key}` } });
  await arrived.promise;
  leaving.abort();
  await asked.catch(() => {});
  await within(5_000, () => over.promise);
  await app.close();
});
