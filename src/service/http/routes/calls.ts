import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountParams, answeredFileParams } from '../../../contracts/service-api.ts';
import { libraryAnswerSchema, libraryCallSchema } from '../../../contracts/service-calls.ts';
import type { KeptFile } from '../../calls/answered-files.ts';
import type { Service } from '../../instance/service.ts';
import { Problem } from '../../problems.ts';
import { findAccount } from './find-account.ts';
import { type Forwarding, fetchFrom, ownerElsewhere, sendOn } from './forward.ts';
import { type Route, route } from './route.ts';

/** How long another instance may take for the headers of a file, in milliseconds. */
const fileMs = 10_000;
const fileHeaders = ['content-type', 'x-media-type', 'content-disposition', 'x-content-type-options', 'cache-control'];

/** What a header can carry. */
const headerText = /^[\x20-\x7e]+$/;

/** For media of 16 MB in base64. */
const bodyBytes = 24 * 1024 * 1024;

export const callRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/workspaces/:workspace/accounts/:account/calls',
    summary: 'Call a public method of the library: of the client, or of a message, chat or contact by its id',
    scope: 'call',
    params: accountParams,
    body: libraryCallSchema,
    bodyBytes,
    answer: { status: 200, schema: libraryAnswerSchema },
    problems: [
      'account-unknown',
      'session-not-connected',
      'session-elsewhere',
      'method-refused',
      'method-forbidden',
      'method-unknown',
      'arguments-wrong',
      'media-unavailable',
      'object-unknown',
      'call-failed',
      'call-unknown',
    ],
    async handle({ service }, { params, body, caller, origin, request }) {
      const { ids } = await findAccount(service, params);
      const owner = await ownerElsewhere(service, ids, request);
      if (owner?.address === null) throw new Problem('session-elsewhere');
      if (owner) {
        const to = { address: owner.address, origin, ms: body.deadlineMs, unknown: 'call-unknown' } as const;
        return libraryAnswerSchema.parse(await sendOn(service, request, to));
      }
      const { workspace, account } = params;
      const urlOf = (file: string) => `/v1/workspaces/${workspace}/accounts/${account}/media/${file}`;
      return service.calls.call(ids, body, { urlOf, rules: caller.methods });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/workspaces/:workspace/accounts/:account/media/:file',
    summary: 'A file of the answer to a call; it can be fetched once',
    scope: 'call',
    params: answeredFileParams,
    answer: { status: 200, media: 'application/octet-stream' },
    problems: ['account-unknown', 'media-unknown'],
    async handle({ service }, { params, origin, request, reply }) {
      const { ids } = await findAccount(service, params);
      const owner = await ownerElsewhere(service, ids, request);
      if (owner?.address) {
        const to = { address: owner.address, origin, ms: fileMs, unknown: 'media-unknown' } as const;
        return sendFileOf(service, to, request, reply);
      }
      return sendFile(service.calls.takeFile(ids, params.file), params.file, reply);
    },
  }),
];

/** Answers with a file. @param id names it where it has no name. */
export async function sendFile(
  { mimetype, filename, bytes }: KeptFile,
  id: string,
  reply: FastifyReply,
): Promise<undefined> {
  const name = encodeURIComponent((filename ?? id).toWellFormed());
  // The file is a stranger's, as its type and its name are: no browser may take it for a page of this service.
  await reply
    .type('application/octet-stream')
    .headers({
      'x-media-type': headerText.test(mimetype) ? mimetype : 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .send(bytes);
}

/** Answers with the file that another instance answers with. @throws Problem as `fetchFrom` */
export async function sendFileOf(
  service: Service,
  to: Forwarding,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<undefined> {
  const { headers, body } = await fetchFrom(service, request, to);
  for (const name of fileHeaders) reply.header(name, headers.get(name));
  await reply.send(body);
}
