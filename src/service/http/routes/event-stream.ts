import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamedEvent } from '../../../contracts/service-events.ts';
import type { EventPosition } from '../../event-sequence.ts';
import type { EventGap, OpenedEvents } from '../../events/library-events.ts';
import { Problem, type ProblemCode } from '../../problems.ts';
import { authenticate } from '../keys/authenticate.ts';
import { EventWriter } from './event-writer.ts';
import type { RouteContext } from './route.ts';
import { iso } from './views.ts';

/** Events of one read of the database: no more of a slow reader's are in memory. */
const batch = 50;
/** Between two looks whether the caller may still read, in milliseconds. */
const checkEveryMs = 2_000;

/** Where a stream is written to, and who reads it. */
interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Answers with the events of a selection, until the reader leaves or takes nothing for a minute, its key is revoked, its account is deleted or
 * the instance stops.
 */
export async function streamEvents(
  context: RouteContext,
  opened: OpenedEvents,
  { request, reply }: Exchange,
): Promise<void> {
  const { service } = context;
  const { selection } = opened;
  reply.hijack();
  const writer = new EventWriter(reply.raw);
  let news = Promise.withResolvers<void>();
  let isNews = true;
  const unsubscribe = service.events.onNew(selection.workspace, () => {
    isNews = true;
    news.resolve();
  });
  try {
    let { position } = opened;
    const { names: events } = selection;
    const windowSeconds = service.events.windowMs / 1_000;
    await writer.send({ event: 'following', id: idOf(position), data: { events: [...events], windowSeconds } });
    if (opened.gap) await writer.send(gapEvent(opened.gap, position));
    let checkedAt = performance.now();
    while (!writer.isOver && service.ready) {
      if (performance.now() - checkedAt >= checkEveryMs) {
        const why = await reasonToEnd(context, opened, request);
        if (why !== null) return await writer.send({ event: 'end', data: { code: why } });
        const missed = opened.missed();
        if (missed) await writer.send(gapEvent(missed, position));
        checkedAt = performance.now();
      }
      if (isNews) {
        isNews = false;
        const before = position;
        const read = await service.events.read(selection, before, batch);
        for (const { event, position: at } of read.events) {
          if (event) await writer.send({ event: event.name, id: idOf(at), data: event });
          else await writer.send(gapEvent({ names: [...events], from: before.at, to: at.at }, at));
        }
        position = read.position;
        isNews ||= read.events.length === batch;
      }
      if (writer.isQuiet) await writer.comment();
      if (isNews) continue;
      news = Promise.withResolvers();
      await Promise.race([news.promise, sleep(checkEveryMs, undefined, { signal: writer.gone })]);
    }
    if (service.stopping) await writer.send({ event: 'end', data: { code: 'stopping' } });
  } catch {
    // The reader is gone, or the database is: either way it connects again, and goes on after the last event that it has.
  } finally {
    unsubscribe();
    writer.end();
  }
}

/** The problem because of which the caller may not read on; null while there is none. */
async function reasonToEnd(
  { service, keys, open }: RouteContext,
  { selection: { workspace, account } }: OpenedEvents,
  request: FastifyRequest,
): Promise<ProblemCode | null> {
  try {
    if (typeof (await authenticate(request, keys, open)) === 'string') return 'unauthorized';
    if (account !== null) await service.accounts.get(workspace, account);
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

function idOf({ seq, at }: EventPosition): string {
  return `${seq}.${at}`;
}

function gapEvent({ names, from, to }: EventGap, position: EventPosition): StreamedEvent {
  return { event: 'gap', id: idOf(position), data: { events: names, from: iso(from), to: iso(to) } };
}
