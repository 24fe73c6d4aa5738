import type { Attempt, AttemptEvent } from '../contracts/attempt.ts';
import { endedUnpaired, isWhatsAppWeb, restrictions, serversWord, siteAnswered } from '../runner/judge-live.ts';
import type { PoolEventKind, PoolRequest } from './limits.ts';

/**
 * What the history gets after an attempt that did not pass; null for what is no fault of account, site or version, such as a machine without a
 * network, and for a restriction that the page shows, which is written down whatever the attempt came to.
 */
export function eventOfFailure(
  { code, outcome, events }: Pick<Attempt, 'code' | 'outcome' | 'events'>,
  kind: PoolRequest['kind'],
): PoolEventKind | null {
  switch (code) {
    case 'conflict':
      return 'conflict';
    case 'logged-out':
    case 'phone-offline':
      return 'removed';
    case 'account-banned':
      return serversWord(events)?.until == null ? 'banned' : 'temporary-ban';
    case 'account-restricted':
      return restrictions(events).length > 0 ? null : 'restricted';
    case 'page-load-failed':
      if (outcome === 'failed') return 'failed';
      return siteAnswered(events) ? 'site-refused' : null;
    case 'no-code':
      return kind === 'code' ? 'code-refused' : 'failed';
    default:
      return outcome === 'failed' ? 'failed' : null;
  }
}

/**
 * A page that was WhatsApp Web, and neither asked for a code nor logged out: its profile is that of a linked device. A version that shows no
 * code does not hide that the page waits for a scan.
 */
export function isStillLinked(events: readonly AttemptEvent[], place: number): boolean {
  const of = (type: string) => eventsAt(events, place, type);
  const hasLeft = of('client:qr').length + of('page:logout').length > 0 || endedUnpaired(events, place);
  return of('page:observed').some(isWhatsAppWeb) && !hasLeft;
}

/** Which account a failure is about: by the word of the server, else the peer where it alone lost its connection or asked for a code. */
export function placeOfFailure(events: readonly AttemptEvent[]): number {
  const word = serversWord(events);
  if (word) return word.place;
  const hasLeft = (place: number) =>
    eventsAt(events, place, 'client:disconnected').length + eventsAt(events, place, 'client:qr').length > 0;
  return !hasLeft(0) && hasLeft(1) ? 1 : 0;
}

/** @param place 0 for the account of the flow, 1 for its peer. */
function eventsAt(events: readonly AttemptEvent[], place: number, type: string): AttemptEvent[] {
  return events.filter((event) => event.type === (place === 0 ? type : `peer:${type}`));
}

/** Whether a phone took the code of an attempt that links, whatever came of it: WhatsApp counts the link. */
export function tookCode({ phases, events }: Pick<Attempt, 'phases' | 'events'>): boolean {
  return phases.scan !== undefined || events.some(({ type }) => type === 'client:authenticated');
}
