import type { FastifyRequest } from 'fastify';
import { accountParams, eventsQuery, messageFileParams, workspaceParams } from '../../../contracts/service-api.ts';
import type { MethodRules } from '../../../contracts/service-calls.ts';
import { eventIdSchema, streamedEventSchema } from '../../../contracts/service-events.ts';
import { mayUse } from '../../calls/check-call.ts';
import type { EventPosition } from '../../event-sequence.ts';
import type { EventScope } from '../../events/followed-events.ts';
import { Problem } from '../../problems.ts';
import { workspaceId } from '../../session-ids.ts';
import { sendFile, sendFileOf } from './calls.ts';
import { streamEvents } from './event-stream.ts';
import { findAccount } from './find-account.ts';
import { ownerElsewhere } from './forward.ts';
import { type RequestParts, type Route, type RouteContext, route } from './route.ts';

/** How long the library may take to download a file, in milliseconds. */
const downloadMs = 30_000;

const streamed = { status: 200, media: 'text/event-stream', events: streamedEventSchema } as const;
type StreamRequest = Pick<
  RequestParts<undefined, typeof eventsQuery, undefined>,
  'query' | 'caller' | 'request' | 'reply'
>;

/** @param versions that host the accounts. @throws Problem `event-unknown`, `event-forbidden`, `event-refused`, `library-unavailable`, `older-instance`, `too-many-requests` */
async function follow(
  context: RouteContext,
  scope: EventScope,
  versions: readonly string[],
  { query, caller, request, reply }: StreamRequest,
): Promise<undefined> {
  const { events } = context.service;
  const last = lastEventOf(request);
  const asked = query.events?.split(',') ?? null;
  const names = allowedNames(await events.checkNames(asked, versions), caller.methods, asked !== null);
  const giveBack = context.streams.take(caller.id);
  try {
    const opened = await events.open(scope, names, last);
    await streamEvents(context, opened, { request, reply }).finally(opened.close);
  } finally {
    giveBack();
  }
}

/** Of all events a key gets those that it may follow; events that are asked for by name it has to be allowed. @throws Problem `event-forbidden` */
function allowedNames(names: string[], rules: MethodRules | null, areAsked: boolean): string[] {
  const allowed = names.filter((name) => mayUse(rules, 'event', name));
  const missing = names.find((name) => !allowed.includes(name));
  if (missing === undefined || (!areAsked && allowed.length > 0)) return allowed;
  throw new Problem('event-forbidden', areAsked ? `The API key may not follow ${missing}.` : undefined);
}

/** Where a stream that was cut goes on; null for a new one. @throws Problem `invalid-request` */
function lastEventOf({ headers: { 'last-event-id': id } }: FastifyRequest): EventPosition | null {
  // A browser that got no event yet sends an empty one.
  if (id === undefined || id === '') return null;
  if (!eventIdSchema.safeParse(id).success)
    throw new Problem('invalid-request', 'The header Last-Event-ID is no id of an event of this stream.');
  const [seq, at] = String(id).split('.');
  return { seq: Number(seq), at: Number(at) };
}

export const eventRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account/events',
    summary: 'Server-sent events of the library for an account; resumed by `Last-Event-ID`',
    scope: 'call',
    params: accountParams,
    query: eventsQuery,
    answer: streamed,
    problems: [
      ...(['account-unknown', 'event-unknown', 'event-forbidden', 'event-refused'] as const),
      ...(['library-unavailable', 'older-instance'] as const),
    ],
    async handle(context, { params, ...parts }) {
      const { ids, library } = await findAccount(context.service, params);
      return follow(context, ids, [library], parts);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/events',
    summary: 'Server-sent events of the library for all accounts of a workspace; resumed by `Last-Event-ID`',
    scope: 'call',
    params: workspaceParams,
    query: eventsQuery,
    answer: streamed,
    problems: ['event-unknown', 'event-forbidden', 'event-refused', 'library-unavailable', 'older-instance'],
    async handle(context, { params, ...parts }) {
      const { service } = context;
      const { id } = await service.workspaces.get(workspaceId(params.workspace));
      return follow(context, { workspace: id, account: null }, await service.versionsOf(id), parts);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account/messages/:message/media',
    summary: 'The file of a message, which the library downloads for this request',
    scope: 'call',
    params: messageFileParams,
    answer: { status: 200, media: 'application/octet-stream' },
    problems: [
      ...([
        'account-unknown',
        'session-not-connected',
        'session-elsewhere',
        'method-forbidden',
        'method-unknown',
      ] as const),
      ...(['object-unknown', 'call-failed', 'call-unknown', 'media-unknown'] as const),
    ],
    async handle({ service }, { params: { message, ...params }, caller, origin, request, reply }) {
      const { ids } = await findAccount(service, params);
      const owner = await ownerElsewhere(service, ids, request);
      if (owner?.address === null) throw new Problem('session-elsewhere');
      if (owner) {
        const to = { address: owner.address, origin, ms: downloadMs, unknown: 'call-unknown' } as const;
        return sendFileOf(service, to, request, reply);
      }
      const call = { on: { message }, method: 'downloadMedia', args: [], deadlineMs: downloadMs };
      const { media } = await service.calls.call(ids, call, { urlOf: (file) => file, rules: caller.methods });
      const [file] = media;
      if (!file) throw new Problem('media-unknown', 'The message has no file, or its phone has it no more.');
      return sendFile(service.calls.takeFile(ids, file.id), file.id, reply);
    },
  }),
];
