import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { LinkEvent } from '../../../contracts/service-events.ts';
import type { Service } from '../../instance/service.ts';
import type { SessionIds } from '../../session-ids.ts';
import { accountView, linkCodeView } from './views.ts';

/** Between two looks at a link that another instance may be running, in milliseconds. */
const lookEveryMs = 1_000;
/** A comment now and then keeps proxies from ending a stream in which nothing happens. */
const commentEveryMs = 15_000;

/**
 * Answers with server-sent events: `status` with the account and `code` with the present code, each when it has changed, the
 * first at once. Ends with the link, or when the client disconnects.
 */
export async function streamLink(service: Service, ids: SessionIds, reply: FastifyReply): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  let look = Promise.withResolvers<void>();
  const unsubscribe = service.onEvent((about) => {
    if (about.session === ids.session) look.resolve();
  });
  const sent = { status: '', code: 0, at: 0 };
  const send = async ({ event, data }: LinkEvent) => {
    sent.at = performance.now();
    if (!raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) await once(raw, 'drain', gone);
  };
  try {
    while (!gone.signal.aborted && service.ready) {
      look = Promise.withResolvers();
      // Deleted: send nothing more.
      const account = await service.accounts.of(ids);
      const code = await service.linkCodes.get(ids.session);
      if (code && code.number !== sent.code) await send({ event: 'code', data: linkCodeView(code) });
      sent.code = code?.number ?? sent.code;
      if (account.status !== sent.status) await send({ event: 'status', data: accountView(account) });
      sent.status = account.status;
      if (['connected', 'failed', 'inactive'].includes(account.status)) break;
      if (performance.now() - sent.at > commentEveryMs) await send({ event: 'still', data: {} });
      await Promise.race([look.promise, sleep(lookEveryMs, undefined, gone)]);
    }
  } catch {
    // The listener is gone, or the database is: either way the client connects again and gets the present state.
  } finally {
    unsubscribe();
    raw.end();
  }
}
