import type { z } from 'zod';
import { accountParams, linkCodeSchema } from '../../../contracts/service-api.ts';
import { linkEventSchema } from '../../../contracts/service-events.ts';
import type { LinkCode } from '../../accounts/link-codes.ts';
import type { Service } from '../../instance/service.ts';
import { Problem } from '../../problems.ts';
import { qrPng, qrSvg } from '../../qr-image.ts';
import { findAccount } from './find-account.ts';
import { streamLink } from './link-events.ts';
import { type Route, route } from './route.ts';
import { linkCodeView } from './views.ts';

const path = '/v1/workspaces/:workspace/accounts/:account/link';

/** @throws Problem `account-unknown`, `code-unknown` */
async function findCode(service: Service, params: z.output<typeof accountParams>): Promise<LinkCode> {
  const { ids } = await findAccount(service, params);
  const code = await service.linkCodes.get(ids.session);
  if (!code) throw new Problem('code-unknown');
  return code;
}

function imageRoute(ending: string, media: string, draw: (code: string) => string | Buffer): Route {
  return route({
    method: 'GET',
    path: `${path}.${ending}`,
    summary: `The QR code to scan, as ${ending.toUpperCase()}`,
    scope: 'link',
    params: accountParams,
    answer: { status: 200, media },
    problems: ['account-unknown', 'code-unknown'],
    async handle({ service }, { params, reply }) {
      const { kind, code } = await findCode(service, params);
      if (kind !== 'qr')
        throw new Problem('code-unknown', 'The account waits for a pairing code, which is no picture.');
      await reply.type(media).header('cache-control', 'no-store').send(draw(code));
      return undefined;
    },
  });
}

export const linkRoutes: Route[] = [
  route({
    method: 'GET',
    path,
    summary: 'The code to scan or to type, as text',
    scope: 'link',
    params: accountParams,
    answer: { status: 200, schema: linkCodeSchema },
    problems: ['account-unknown', 'code-unknown'],
    handle: async ({ service }, { params }) => linkCodeView(await findCode(service, params)),
  }),
  imageRoute('png', 'image/png', qrPng),
  imageRoute('svg', 'image/svg+xml', qrSvg),
  route({
    method: 'GET',
    path: `${path}/events`,
    summary: 'Server-sent events `code` and `status` from now until the account is connected, failed or inactive',
    scope: 'link',
    params: accountParams,
    answer: { status: 200, media: 'text/event-stream', events: linkEventSchema },
    problems: ['account-unknown'],
    async handle(context, { params, request, reply }) {
      const { ids } = await findAccount(context.service, params);
      await streamLink(context, ids, { request, reply });
      return undefined;
    },
  }),
];
