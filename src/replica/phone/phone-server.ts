import { createServer, type Server } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  actSchema,
  changeSchema,
  conditionSchema,
  createPhoneSchema,
  markSchema,
  pairSchema,
  scanSchema,
  sendSchema,
  setLinkSchema,
  unlinkSchema,
} from '../../contracts/phone-control.ts';
import { Refusal, refusalStatus } from '../../contracts/refusal.ts';
import { uploadLimit } from '../../contracts/replica-media.ts';
import { isToken } from '../server/page-entrance.ts';
import { sendPicture } from '../server/page-server.ts';
import type { ReplicaCore } from '../server/replica-core.ts';
import { channelRoutes } from './channel-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { parse, type WithId } from './parse-body.ts';
import { peopleRoutes } from './people-routes.ts';
import type { Phones } from './phones.ts';

/** Start of the address of a profile picture, which its id follows. */
export const picturePath = '/pictures/';

/** Bytes of a request with a file as large as the media server takes. */
const mediaBody = Math.ceil((uploadLimit * 4) / 3) + 131_072;

/**
 * The phone control as JSON over HTTP. A refusal is `{code, message}` with a 4xx status. Its routes are loaded with the first request,
 * since they take as long as all else of a start, and programs in this process need none.
 *
 * @param token what every request has to carry as `Authorization: Bearer TOKEN`.
 */
export function createPhoneServer(phones: Phones, core: ReplicaCore, token?: string): Server {
  let routes: Promise<FastifyInstance> | undefined;
  return createServer(async (request, response) => {
    // As on the real server, who has the address of a picture needs no token.
    if (request.url?.startsWith(picturePath)) return sendPicture(request.url, response, core.world.profiles);
    routes ??= phoneRoutes(phones, core, token);
    (await routes).routing(request, response);
  });
}

async function phoneRoutes(phones: Phones, core: ReplicaCore, token?: string): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const server = fastify({ bodyLimit: 1_048_576 });
  if (token !== undefined) {
    server.addHook('onRequest', async ({ headers }) => {
      if (!isToken(headers.authorization ?? '', `Bearer ${token}`))
        throw new Refusal(
          'token-wrong',
          'The header "Authorization: Bearer TOKEN" with the token of this replica is missing.',
        );
    });
  }
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => sendError(reply, error));
  server.setNotFoundHandler((request, reply) =>
    sendError(reply, Object.assign(new Error(`There is no ${request.method} ${request.url}.`), { statusCode: 404 })),
  );
  server.post('/phones', (request) => {
    const { number, platform } = parse(createPhoneSchema, request.body);
    return phones.create(number, platform);
  });
  server.get('/phones', () => phones.list());
  server.get<WithId>('/phones/:id', (request) => phones.get(request.params.id));
  server.post<WithId>('/phones/:id/scan', (request) =>
    phones.scan(request.params.id, parse(scanSchema, request.body).qr),
  );
  server.post<WithId>('/phones/:id/pair', (request) =>
    phones.pair(request.params.id, parse(pairSchema, request.body).code),
  );
  server.post<WithId>('/phones/:id/unlink', (request) => ({
    removed: phones.unlink(request.params.id, parse(unlinkSchema, request.body ?? {}).device),
  }));
  server.post<WithId>('/phones/:id/send', { bodyLimit: mediaBody }, ({ params: { id }, body }) => {
    const message = parse(sendSchema, body);
    if (!('media' in message)) return phones.send(id, message);
    const { media, from, to, quoted } = message;
    const { data, ...file } = media;
    return phones.sendMedia(id, Buffer.from(data, 'base64'), { ...file, from, to, quoted });
  });
  server.get<{ Params: { id: string; message: string } }>('/phones/:id/media/:message', ({ params }) => {
    const { bytes, ...about } = phones.media(params.id, params.message);
    return { ...about, data: bytes.toString('base64') };
  });
  server.get<{ Params: { id: string; message: string } }>('/phones/:id/receipts/:message', ({ params }) => ({
    receipts: phones.phone(params.id).receipts(params.message),
  }));
  server.post<WithId>('/phones/:id/act', (request) => {
    const { message, deed, from } = parse(actSchema, request.body);
    return phones.act(request.params.id, message, deed, from);
  });
  server.post<WithId>('/phones/:id/mark', (request) => {
    const { messages, as } = parse(markSchema, request.body);
    phones.mark(request.params.id, messages, as);
    return { messages };
  });
  server.post<WithId>('/phones/:id/change', (request) => {
    phones.change(request.params.id, parse(changeSchema, request.body));
    return { chats: phones.get(request.params.id).chats };
  });
  groupRoutes(server, phones);
  peopleRoutes(server, phones);
  channelRoutes(server, phones);
  server.put('/links', ({ body }) => {
    const { url, page } = parse(setLinkSchema, body);
    phones.setLink(url, page);
    return {};
  });
  server.get('/devices', () => phones.devices());
  server.get('/events', () => ({ events: core.listTroubles() }));
  server.post('/conditions', (request) => {
    const { name, on, options } = parse(conditionSchema, request.body);
    core.setCondition(name, on, options ?? {});
    return { conditions: core.conditionNames };
  });
  await server.ready();
  return server;
}

function sendError(reply: FastifyReply, error: Error & { statusCode?: number }): FastifyReply {
  if (error instanceof Refusal) {
    return reply.status(refusalStatus[error.code]).send({ code: error.code, message: error.message });
  }
  const status = error.statusCode ?? 500;
  if (status === refusalStatus['media-too-large']) {
    return reply
      .status(status)
      .send({ code: 'media-too-large', message: 'The request has more bytes than a phone can send.' });
  }
  return reply.status(status).send({ code: status < 500 ? 'bad-request' : 'internal', message: error.message });
}
