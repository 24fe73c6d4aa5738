import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SessionIds } from '../../session-ids.ts';
import { authenticate } from '../keys/authenticate.ts';
import { EventWriter } from './event-writer.ts';
import type { RouteContext } from './route.ts';
import { accountView, linkCodeView } from './views.ts';

/** Between two looks at a link that another instance may be running, in milliseconds. */
const lookEveryMs = 1_000;

/**
 * Answers with server-sent events: `status` with the account and `code` with the present code, each when it has changed, the first at once.
 * Ends with the link, when the client disconnects or takes nothing for a minute, or when its key is revoked.
 */
export async function streamLink(
  { service, keys, open }: RouteContext,
  ids: SessionIds,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  reply.hijack();
  const writer = new EventWriter(reply.raw);
  let look = Promise.withResolvers<void>();
  const unsubscribe = service.onEvent((about) => {
    if (about.session === ids.session) look.resolve();
  });
  const sent = { status: '', code: 0 };
  try {
    while (!writer.isOver && service.ready) {
      look = Promise.withResolvers();
      if (typeof (await authenticate(request, keys, open)) === 'string') break;
      // Deleted: send nothing more.
      const account = await service.accounts.of(ids);
      const code = await service.linkCodes.get(ids.session);
      if (code && code.number !== sent.code) await writer.send({ event: 'code', data: linkCodeView(code) });
      sent.code = code?.number ?? sent.code;
      if (account.status !== sent.status) await writer.send({ event: 'status', data: accountView(account) });
      sent.status = account.status;
      if (['connected', 'failed', 'inactive'].includes(account.status)) break;
      if (writer.isQuiet) await writer.send({ event: 'still', data: {} });
      await Promise.race([look.promise, sleep(lookEveryMs, undefined, { signal: writer.gone })]);
    }
  } catch {
    // The listener is gone, or the database is: either way the client connects again and gets the present state.
  } finally {
    unsubscribe();
    writer.end();
  }
}
