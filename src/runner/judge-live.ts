import { z } from 'zod';
import type { Code } from '../codes/codes.ts';
import type { AttemptEvent, LiveFacts } from '../contracts/attempt.ts';
import type { Blame, Outcome } from '../contracts/outcome.ts';
import { causeOfNoCode, isOfPairing } from '../session/errors.ts';
import { isOffline, waitsForScan } from '../session/facts.ts';
import { outcomeOf } from './classify.ts';

/** What an attempt on the live site comes to, where that differs from one on the replica. */
export interface LiveJudgement {
  code: Code;
  blame: Blame;
  outcome: Outcome;
  /** What was seen, as one sentence. */
  because: string;
}

/** What a page that names the reason of a logout calls those that the server began. */
const serverReasons: Readonly<Record<string, Code>> = {
  account_removed: 'logged-out',
  device_removed: 'logged-out',
  account_banned: 'account-banned',
  account_locked: 'account-restricted',
};

/** By what the address of a page names a logout since the account is locked (403). [modules WAWebLogoutReason and WAWebReloadAfterLogout of 2026] */
const lockedReason = '3';

/** States of a page whose account the server blocks until a person has looked after it on the phone: `WAState` of the library. */
const blockedStates: ReadonlySet<string> = new Set(['TOS_BLOCK', 'SMB_TOS_BLOCK']);

/** Codes of what did not come in time. */
const missing: ReadonlySet<Code> = new Set([
  ...([
    'no-qr',
    'no-code',
    'no-authenticated',
    'no-ready',
    'probe-state',
    'message-lost',
    'no-ack',
    'no-event',
  ] as const),
]);

/** Codes of messages, which a restriction of the account keeps from people. The events that flows on the live site wait for are of messages. */
const ofMessages: ReadonlySet<Code> = new Set([
  ...(['send-failed', 'message-lost', 'no-ack', 'no-event', 'call-failed'] as const),
]);

/** Methods of the library that write to people. */
const writing: ReadonlySet<string> = new Set(['sendMessage', 'sendSeen', 'reply', 'react', 'edit', 'delete']);

/** What phones and servers say of an account: true of it whichever version runs. */
const ofAccount: ReadonlySet<Code> = new Set([
  ...(['conflict', 'passkey-required', 'account-restricted', 'account-banned'] as const),
]);

/**
 * Judges a failed attempt on the live site once more: it counts for no version where the server itself ended the link, where the account
 * is to blame by the server's word, where the page was not WhatsApp Web, and where it was of several builds. A login that is gone without a
 * word of the server is the library's.
 *
 * @param phonesAway by the place of an account: its phone was last opened longer ago than WhatsApp allows.
 * @returns null where the judgement does not change.
 */
export function judgeLive(
  code: Code,
  events: readonly AttemptEvent[],
  phonesAway: readonly boolean[] = [],
): LiveJudgement | null {
  const word = serversWord(events);
  if (word !== null) {
    const { place, said, because } = word;
    const isAway = said === 'logged-out' && phonesAway[place] === true;
    return { code: isAway ? 'phone-offline' : said, blame: 'account', outcome: 'infra', because };
  }
  const [lock] = ofMessages.has(code) && !hasOtherFailedCall(events) ? restrictions(events) : [];
  if (lock) return { code: 'account-restricted', blame: 'account', outcome: 'infra', because: lock.because };
  if (ofAccount.has(code)) {
    const because = `${code === 'conflict' ? 'The server' : 'The command of --on-code'} said so of the account.`;
    return { code, blame: 'account', outcome: 'infra', because };
  }
  const refusal = code === 'no-code' ? pairingRefusal(events) : null;
  if (refusal !== null) {
    const because = `WhatsApp refused a pairing code for the number: ${refusal}.`;
    return { code, blame: 'account', outcome: 'infra', because };
  }
  const isUnreached =
    code === 'proxy-refused' || (code === 'page-load-failed' && (!intercepts(events) || refusals(events).length > 0));
  if (isUnreached)
    return { code, blame: 'network', outcome: 'infra', because: 'The page of the live site was not reached.' };
  const trouble = siteTrouble(events) ?? (missing.has(code) ? lineTrouble(events) : null);
  if (trouble !== null) return { code: 'page-load-failed', blame: 'network', outcome: 'infra', because: trouble };
  const [first, ...others] = buildsOf(events);
  if (others.length > 0 && outcomeOf(code) === 'failed') {
    const because = `The attempt is of several builds, ${[first, ...others].join(' and ')}: it counts for no version.`;
    return { code, blame: 'web-build', outcome: 'infra', because };
  }
  if (code === 'logged-out') {
    const [own] = heardLogouts(events);
    const why = own?.reason ? ` because of \`${own.reason}\`` : '';
    const because = `No word of the server ended the link${own ? `: the page logged out by itself${why}` : ''}.`;
    return { code: 'session-lost', blame: 'library', outcome: 'failed', because };
  }
  return null;
}

const logout = z.object({ reason: z.string().nullable(), by: z.enum(['server', 'page']) });
const ofPageAccount = z.object({
  kind: z.enum(['temporary-ban', 'timelock', 'passkey']),
  until: z.number().nullable(),
});
const observed = z.object({ isWhatsAppWeb: z.boolean(), build: z.string().nullable() });
const socketFacts = z.object({ state: z.string().nullable(), wid: z.null() });
const firstOfArguments = z.tuple([z.string()]).rest(z.unknown());
const navigation = z.object({ url: z.string(), main: z.boolean() });
const httpError = z.object({ url: z.string(), status: z.number() });

/** At which place the account of an event of this type is: 0 for that of the flow, 1 for its peer, -1 for another type. */
function placeIn(event: AttemptEvent, type: string): number {
  return [type, `peer:${type}`].indexOf(event.type);
}

/** What pages reported, of the account at each place. */
function ofPages<T>(events: readonly AttemptEvent[], type: string, schema: z.ZodType<T>): (T & { place: number })[] {
  return events.flatMap((event) => {
    const place = placeIn(event, type);
    const { data } = schema.safeParse(event.detail);
    return place >= 0 && data !== undefined ? [{ ...data, place }] : [];
  });
}

function heardLogouts(events: readonly AttemptEvent[]) {
  return ofPages(events, 'page:logout', logout);
}

/** What a server said of an account. */
export interface ServersWord {
  /** Of which account: 0 for that of the flow, 1 for its peer. */
  place: number;
  said: Code;
  because: string;
  /** When it ends, in milliseconds since 1970 by the clock of the machine; null where it was not said. */
  until: number | null;
  /** The link is ended or blocked until a person has looked after the account. */
  needsPerson: boolean;
}

/** By which word the server ended or refused the link of an account, and of which; null where it said none. */
export function serversWord(events: readonly AttemptEvent[]): ServersWord | null {
  const logouts = heardLogouts(events).flatMap(({ place, reason, by }): ServersWord[] => {
    if (by !== 'server') return [];
    const said = (reason !== null && Object.hasOwn(serverReasons, reason) && serverReasons[reason]) || 'logged-out';
    const because = `The server ended the link: ${reason === null ? 'the page logged out without being asked to' : `the page logged out because of \`${reason}\``}.`;
    return [{ place, said, because, until: null, needsPerson: true }];
  });
  const locks = ofPages(events, 'page:navigated', navigation).flatMap(({ place, url, main }): ServersWord[] => {
    if (!main || URL.parse(url)?.searchParams.get('logout_reason') !== lockedReason) return [];
    const because = 'The server has locked the account (403): the page logged out and named that reason.';
    return [{ place, said: 'account-restricted', because, until: null, needsPerson: true }];
  });
  const blocks = pageStates(events).flatMap(({ place, state }): ServersWord[] => {
    if (!blockedStates.has(state)) return [];
    const because = `The server blocks the account: the state of its page was ${state}.`;
    return [{ place, said: 'account-restricted', because, until: null, needsPerson: true }];
  });
  const refusals = ofPages(events, 'page:account', ofPageAccount).flatMap(({ place, kind, until }): ServersWord[] => {
    if (kind === 'timelock') return [];
    const [said, because] = accountWords(kind, until);
    return [{ place, said, because, until, needsPerson: false }];
  });
  return refusals[0] ?? locks[0] ?? blocks[0] ?? logouts.at(-1) ?? takenConnection(events);
}

/** Of which account another browser has the connection at the end; a library may take it back. */
function takenConnection(events: readonly AttemptEvent[]): ServersWord | null {
  const states = pageStates(events);
  const place = [0, 1].find((each) => states.findLast((state) => state.place === each)?.state === 'CONFLICT');
  if (place === undefined) return null;
  const because = 'Another browser has taken the connection of the account: the state of its page was CONFLICT.';
  return { place, said: 'conflict', because, until: null, needsPerson: false };
}

/** The states of pages: as the library reports them, and as the pages say them at the end. */
function pageStates(events: readonly AttemptEvent[]): { place: number; state: string }[] {
  return events.flatMap((event) => {
    const place = Math.max(placeIn(event, 'client:change_state'), placeIn(event, 'client:disconnected'));
    const reported = firstOfArguments.safeParse(event.detail).data?.[0];
    if (place >= 0 && reported !== undefined) return [{ place, state: reported }];
    const asked = placeIn(event, 'harness:socket');
    const state = socketFacts.safeParse(event.detail).data?.state;
    return asked >= 0 && state != null ? [{ place: asked, state }] : [];
  });
}

/** A code and a sentence for what the server says of an account, other than by ending its link. */
export function accountWords(kind: 'temporary-ban' | 'passkey', until: number | null): [Code, string] {
  if (kind === 'passkey') return ['passkey-required', 'The server asked the page for the passkey of the account.'];
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  return ['account-banned', `The server has banned the account${end} (402).`];
}

/** The restrictions of accounts that pages show; the account goes on with them. */
export function restrictions(events: readonly AttemptEvent[]): ServersWord[] {
  return ofPages(events, 'page:account', ofPageAccount).flatMap(({ place, kind, until }): ServersWord[] => {
    if (kind !== 'timelock') return [];
    const end = until === null ? '' : ` until ${new Date(until).toISOString()}`;
    const because = `The server restricts the account${end}: it may not write to new contacts.`;
    return [{ place, said: 'account-restricted', because, until, needsPerson: false }];
  });
}

const failedCall = z.object({ method: z.string() });

/** Whether a method failed that writes to no person: a restriction does not explain that. */
function hasOtherFailedCall(events: readonly AttemptEvent[]): boolean {
  return ofPages(events, 'host:call-failed', failedCall).some(({ method }) => !writing.has(method));
}

const pairingError = z.object({ during: z.string().optional(), message: z.string(), stack: z.string() });

/** What the library got in place of a pairing code; null where no request was refused, or a program error stands behind it. */
function pairingRefusal(events: readonly AttemptEvent[]): string | null {
  const refused = events.flatMap(({ detail }) => {
    const { data } = pairingError.safeParse(detail);
    const isOfCode = data !== undefined && (data.during === 'pairing-code' || isOfPairing(data));
    return isOfCode && causeOfNoCode(data) === 'pairing-refused' ? [data.message] : [];
  });
  return refused[0] ?? null;
}

/** Whether the library intercepted requests of a page: what did not arrive then may be its own doing. */
function intercepts(events: readonly AttemptEvent[]): boolean {
  return events.some((event) => placeIn(event, 'page:intercepted') >= 0 && event.detail === true);
}

/** Why what one of the browsers showed was not WhatsApp Web; null where each showed it at least once. */
function siteTrouble(events: readonly AttemptEvent[]): string | null {
  const troubles = [0, 1].map((place) => siteTroubleAt(events, place));
  return troubles.find((trouble) => trouble !== null) ?? null;
}

/** The errors with which the site answered requests for its page. */
function refusals(events: readonly AttemptEvent[]) {
  return ofPages(events, 'page:http-error', httpError).filter(({ url }) => isPage(url));
}

/** Whether the site answered a request for its page, with an error or with another page: no network and no connection are no answers. */
export function siteAnswered(events: readonly AttemptEvent[]): boolean {
  return (
    refusals(events).length > 0 || events.some((event) => placeIn(event, 'page:observed') >= 0 && !isWhatsAppWeb(event))
  );
}

function siteTroubleAt(events: readonly AttemptEvent[], place: number): string | null {
  const answer = refusals(events).find((each) => each.place === place);
  const seen = events.filter((event) => placeIn(event, 'page:observed') === place);
  if (seen.some(isWhatsAppWeb)) return null;
  if (answer) return `The site answered the request for its page with ${answer.status}.`;
  return seen.length > 0 && !intercepts(events)
    ? 'What the browser got in place of WhatsApp Web is another page.'
    : null;
}

/** Whether the event `page:observed`, also of a peer, is of a page of WhatsApp Web. */
export function isWhatsAppWeb({ detail }: AttemptEvent): boolean {
  return observed.safeParse(detail).data?.isWhatsAppWeb === true;
}

/**
 * Why a page could not reach its servers at the end; null where each could, or where the library may have kept it from them. A page that was
 * just loaded anew is on its way to them.
 */
function lineTrouble(events: readonly AttemptEvent[]): string | null {
  if (intercepts(events)) return null;
  const facts = [0, 1].map((place) => lastSocket(events, place)).find(isOffline);
  return facts ? `The page had no connection to the servers: its state was ${facts.state}.` : null;
}

/** What the page of an account said of its connection at the end; null where it was not asked. */
function lastSocket(events: readonly AttemptEvent[], place: number) {
  return ofPages(events, 'harness:socket', socketFacts).findLast((each) => each.place === place) ?? null;
}

/** Whether the page of an account waited for a scan at the end: its login is gone, also where the library showed no code. */
export function endedUnpaired(events: readonly AttemptEvent[], place: number): boolean {
  const facts = lastSocket(events, place);
  return facts !== null && waitsForScan({ ...facts, socket: facts.state });
}

/** Whether an address is that of the page itself: other hosts have a `/` too. */
export function isPage(url: string): boolean {
  const { hostname, pathname } = URL.parse(url) ?? {};
  return hostname === 'web.whatsapp.com' && pathname === '/';
}

const answeredSwitches = z.record(z.string(), z.string());

/**
 * What was seen of the live site: the builds, oldest first, the switches of the last one, and whether the library intercepted requests.
 *
 * @param accounts the names of those that were used.
 */
export function liveFactsOf(events: readonly AttemptEvent[], accounts: readonly string[]): LiveFacts {
  const of = (type: string) => events.filter((event) => event.type === type).map(({ detail }) => detail);
  return {
    accounts: [...accounts],
    builds: buildsOf(events),
    switches: answeredSwitches.safeParse(of('harness:switches').at(-1)).data ?? {},
    intercepts: intercepts(events),
  };
}

/** The builds that were seen, oldest first. */
function buildsOf(events: readonly AttemptEvent[]): string[] {
  return [...new Set(events.flatMap(buildsIn))];
}

/** The build that an event tells: of a document, or of what it runs, which a service worker may have kept from another build. */
function buildsIn(event: AttemptEvent): string[] {
  const isLook = placeIn(event, 'page:observed') >= 0;
  const said = isLook ? observed.safeParse(event.detail).data?.build : event.detail;
  return (isLook || placeIn(event, 'page:build') >= 0) && typeof said === 'string' ? [said] : [];
}
