import { z } from 'zod';
import type { Code } from '../codes/codes.ts';
import type { AttemptEvent, LiveFacts } from '../contracts/attempt.ts';
import type { Blame, Outcome } from '../contracts/outcome.ts';
import { isOffline } from '../session/facts.ts';

/** What an attempt on the live site comes to, where that differs from one on the replica. */
export interface LiveJudgement {
  code: Code;
  blame: Blame;
  outcome: Outcome;
  /** What was seen, as one sentence. */
  because: string;
}

/**
 * Reasons of a logout by which the server ended the link, as the page tells its own code. Any other is a logout that the library, a
 * person at the page, or the page itself began.
 */
const serverReasons: Readonly<Record<string, Code>> = {
  account_removed: 'logged-out',
  device_removed: 'logged-out',
  account_banned: 'account-banned',
  account_locked: 'account-restricted',
};

/** Codes of an attempt that never came to a page. */
const noPage: ReadonlySet<Code> = new Set(['page-load-failed', 'proxy-refused'] as const);

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

/** What phones and servers say of an account: true of it whichever version runs. */
const ofAccount: ReadonlySet<Code> = new Set([
  ...(['conflict', 'passkey-required', 'account-restricted', 'account-banned'] as const),
]);

/**
 * Judges a failed attempt on the live site once more: it counts for no version where the server itself ended the link, where the account
 * is to blame by the server's word, and where the page was not WhatsApp Web. A login that is gone without a word of the server is the
 * library's.
 *
 * @param phonesAway by the place of an account: its phone was last opened longer ago than WhatsApp allows.
 * @returns null where the judgement does not change.
 */
export function judgeLive(
  code: Code,
  events: readonly AttemptEvent[],
  phonesAway: readonly boolean[] = [],
): LiveJudgement | null {
  const heard = heardLogouts(events);
  const word = serversWord(events);
  if (word !== null) {
    const { place, said, reason } = word;
    const isAway = said === 'logged-out' && phonesAway[place] === true;
    const because = `The server ended the link: the page logged out because of \`${reason}\`.`;
    return { code: isAway ? 'phone-offline' : said, blame: 'account', outcome: 'infra', because };
  }
  if (ofAccount.has(code))
    return { code, blame: 'account', outcome: 'infra', because: 'The server said so of the account.' };
  if (noPage.has(code))
    return { code, blame: 'network', outcome: 'infra', because: 'The page of the live site was not reached.' };
  const trouble = siteTrouble(events) ?? (missing.has(code) ? lineTrouble(events) : null);
  if (trouble !== null) return { code: 'page-load-failed', blame: 'network', outcome: 'infra', because: trouble };
  if (code === 'logged-out') {
    const [own] = heard;
    const because = `No word of the server ended the link${own ? `: the page logged out because of \`${own.reason}\`` : ''}.`;
    return { code: 'session-lost', blame: 'library', outcome: 'failed', because };
  }
  return null;
}

const logout = z.object({ reason: z.string() });
const observed = z.object({ isWhatsAppWeb: z.boolean(), build: z.string().nullable() });
const socketFacts = z.object({ state: z.string().nullable(), wid: z.null() });
const httpError = z.object({ url: z.string(), status: z.number() });

/** The logouts that pages reported, of the account at each place: 0 for that of the flow, 1 for its peer. */
function heardLogouts(events: readonly AttemptEvent[]): { place: number; reason: string }[] {
  return events.flatMap(({ type, detail }) => {
    const { data } = logout.safeParse(detail);
    const place = ['page:logout', 'peer:page:logout'].indexOf(type);
    return data && place >= 0 ? [{ place, reason: data.reason }] : [];
  });
}

/** By which word the server ended the link of an account, and of which; null where it said none. */
export function serversWord(events: readonly AttemptEvent[]): { place: number; said: Code; reason: string } | null {
  const words = heardLogouts(events).flatMap(({ place, reason }) => {
    const said = Object.hasOwn(serverReasons, reason) ? serverReasons[reason] : undefined;
    return said === undefined ? [] : [{ place, said, reason }];
  });
  return words.at(-1) ?? null;
}

/** Why what the browser showed was not WhatsApp Web; null where it was, at least once. */
function siteTrouble(events: readonly AttemptEvent[]): string | null {
  const answers = events.flatMap(({ type, detail }) => {
    const { data } = httpError.safeParse(detail);
    return type === 'page:http-error' && data && isPage(data.url) ? [data.status] : [];
  });
  const [status] = answers;
  const seen = events.filter(({ type }) => type === 'page:observed');
  if (seen.some(isWhatsAppWeb)) return null;
  if (status !== undefined) return `The site answered the request for its page with ${status}.`;
  return seen.length > 0 ? 'What the browser got in place of WhatsApp Web is another page.' : null;
}

/** Whether the event `page:observed` is of a page of WhatsApp Web. */
export function isWhatsAppWeb({ detail }: AttemptEvent): boolean {
  return observed.safeParse(detail).data?.isWhatsAppWeb === true;
}

/** Why the page could not reach its servers at the end; null where it could. A page that was just loaded anew is on its way to them. */
function lineTrouble(events: readonly AttemptEvent[]): string | null {
  const facts = socketFacts.safeParse(events.findLast(({ type }) => type === 'harness:socket')?.detail).data;
  return facts && isOffline(facts) ? `The page had no connection to the servers: its state was ${facts.state}.` : null;
}

/** Whether an address is that of the page itself. */
export function isPage(url: string): boolean {
  return URL.parse(url)?.pathname === '/';
}

const answeredSwitches = z.record(z.string(), z.string());

/** What was seen of the live site: the builds, oldest first, the switches of the last one, and whether the library intercepted requests. */
export function liveFactsOf(events: readonly AttemptEvent[]): LiveFacts {
  const of = (type: string) => events.filter((event) => event.type === type).map(({ detail }) => detail);
  const looks = events.filter(({ type }) => type === 'page:observed' || type === 'peer:page:observed');
  const builds = looks.map(({ detail }) => observed.safeParse(detail).data?.build ?? null);
  return {
    builds: [...new Set(builds.filter((build) => build !== null))],
    switches: answeredSwitches.safeParse(of('harness:switches').at(-1)).data ?? {},
    intercepts: of('page:intercepted').includes(true),
  };
}
