import { createHash } from 'node:crypto';
import { dayMs, hourMs, type LivePolicy } from './live-policy.ts';

/**
 * What an account did: `restore` (a start of a linked device), `qr` and `code` (a phone was asked to scan or to type), `link`, `unlink`,
 * `message`. What came of it: `connected`, `failed`; of a `qr` or `code` also `not-linked`: no phone took it. What WhatsApp said:
 * `conflict`, `removed`, `temporary-ban`, `restricted`, `banned`, `code-refused`. `site-refused`: the site answered with an error or with
 * something else than WhatsApp Web. `resumed`: a person has looked after the account.
 */
export type PoolEventKind =
  | LimitedKind
  | 'link'
  | 'not-linked'
  | 'unlink'
  | 'connected'
  | 'failed'
  | SaidKind
  | 'site-refused'
  | 'resumed';
type LimitedKind = 'restore' | 'qr' | 'code' | 'message';
type SaidKind = 'conflict' | 'removed' | 'temporary-ban' | 'restricted' | 'banned' | 'code-refused';

/** One entry of the pool's history. Times are milliseconds since 1970. */
export interface PoolEvent {
  account: string;
  /** Equal for accounts of the same number; null while the number is not known. */
  number: string | null;
  kind: PoolEventKind;
  at: number;
  /** When a ban or a restriction ends, as WhatsApp said; null where it said nothing. */
  until: number | null;
}

/** What an account is about to do. */
export interface PoolRequest {
  kind: LimitedKind;
  account: string;
  number: string | null;
}

/** Null: allowed now. `until` is null where only a person can change it. */
export type PoolRefusal = { until: number | null; why: string } | null;

/** A history longer than this changes no answer, but for bans and for restrictions with an end of their own. In milliseconds. */
export const historyMs = 91 * dayMs;

/**
 * Whether the policy allows a request now. The only place where limits are enforced; without a clock of its own. An entry of the future
 * counts too: the clock was set back, or another machine read it later and wrote first.
 *
 * @param history of the whole pool, in the sequence in which it was written, as far back as `historyMs`; with all `banned` and `resumed`.
 * @param stoppedBecause why a person has stopped the pool; null while it runs.
 */
export function refusalOf(
  policy: LivePolicy,
  history: readonly PoolEvent[],
  request: PoolRequest,
  now: number,
  stoppedBecause: string | null = null,
): PoolRefusal {
  const found = [
    stoppedBecause === null ? null : { until: null, why: `the pool is stopped: ${stoppedBecause}` },
    ...poolRules(policy, history, now),
    ...accountRules(policy, history, request),
    ...deedRules(policy, history, request),
  ].filter((refusal) => refusal !== null && (refusal.until === null || refusal.until > now));
  return found.reduce<PoolRefusal>((latest, each) => (endOf(each) > endOf(latest) ? each : latest), null);
}

function endOf(refusal: PoolRefusal): number {
  return refusal === null ? Number.NEGATIVE_INFINITY : (refusal.until ?? Number.POSITIVE_INFINITY);
}

/** The breaker of the pool, while it is open: so many numbers were restricted or banned. */
export function openBreaker({ breaker }: LivePolicy, history: readonly PoolEvent[], now: number): PoolRefusal {
  const hit = byTime(history.filter(({ kind, at }) => punishments.has(kind) && at > now - breaker.within));
  const newestOf = new Map(hit.map(({ account, number, at }) => [number ?? account, at]));
  // The breaker closes when so many are no longer within the time: the one that has to leave is the `numbers`-th newest.
  const decisive = [...newestOf.values()].sort((a, b) => b - a)[breaker.numbers - 1];
  if (decisive === undefined) return null;
  return {
    until: decisive + breaker.within,
    why: `the breaker of the pool is open: ${newestOf.size} numbers were restricted or banned`,
  };
}

/** What stops every account. */
function poolRules(policy: LivePolicy, history: readonly PoolEvent[], now: number): PoolRefusal[] {
  const { site } = policy;
  const lastConnected = history.findLastIndex(({ kind }) => kind === 'connected');
  const refusals = history.slice(lastConnected + 1).filter(({ kind }) => kind === 'site-refused');
  const last = latest(refusals);
  const wait = Math.min(site.longestWait, site.firstWait * 2 ** (refusals.length - 1));
  const away = last !== undefined && { until: last + wait, why: 'the site answered with an error' };
  return [openBreaker(policy, history, now), away || null];
}

const punishments: ReadonlySet<PoolEventKind> = new Set(['temporary-ban', 'restricted', 'banned']);

/** Accounts by what happened to them within a day, without those that a person has resumed since. */
export function openIncidents(history: readonly PoolEvent[], now: number): ReadonlyMap<PoolEventKind, number> {
  const accounts = new Map<PoolEventKind, Set<string>>();
  for (const { account, kind, at } of history) {
    if (kind === 'resumed') for (const each of accounts.values()) each.delete(account);
    else if (at > now - dayMs) accounts.set(kind, (accounts.get(kind) ?? new Set()).add(account));
  }
  return new Map([...accounts].map(([kind, { size }]) => [kind, size]));
}

/** What makes one account rest, and what holds for all devices of its number. */
function accountRules(
  { coolDowns, failures }: LivePolicy,
  history: readonly PoolEvent[],
  request: PoolRequest,
): PoolRefusal[] {
  const ofDevice = history.filter(({ account }) => account === request.account);
  const ofNumber = history.filter((event) => isSameNumber(event, request));
  const rest = (kind: PoolEventKind, ms: number, why: string, events = ofNumber): PoolRefusal => {
    const ends = events.filter((event) => event.kind === kind).map(({ at, until }) => Math.max(at, until ?? at) + ms);
    return ends.length === 0 ? null : { until: Math.max(...ends), why };
  };
  const banned = ofNumber.findLast(({ kind }) => kind === 'banned' || kind === 'resumed')?.kind === 'banned';
  const lastGood = ofDevice.findLastIndex(({ kind }) => kind === 'connected' || kind === 'resumed');
  const failed = ofDevice.slice(lastGood + 1).filter(({ kind }) => kind === 'failed');
  const isFailing = failed.length >= failures.inARow;
  // A number of which WhatsApp has just removed a device is not linked anew under another name either.
  const links = request.kind === 'qr' || request.kind === 'code';
  return [
    banned ? { until: null, why: 'WhatsApp has banned the number' } : null,
    rest('conflict', coolDowns.conflict, 'another browser took the connection', ofDevice),
    rest('removed', coolDowns.removed, 'WhatsApp removed the device', links ? ofNumber : ofDevice),
    rest('temporary-ban', coolDowns.temporaryBan, 'WhatsApp banned the number for a time'),
    rest('restricted', coolDowns.restriction, 'WhatsApp restricts the number'),
    isFailing ? { until: (latest(failed) ?? 0) + failures.rest, why: `${failed.length} starts in a row failed` } : null,
  ];
}

/** How often and how densely the requested kind may happen. */
function deedRules(
  { restores, links, codes, messages }: LivePolicy,
  history: readonly PoolEvent[],
  request: PoolRequest,
): PoolRefusal[] {
  const ofDevice = history.filter(({ account }) => account === request.account);
  const ofNumber = history.filter((event) => isSameNumber(event, request));
  const of = (kind: PoolEventKind, events = ofNumber) => events.filter((event) => event.kind === kind);
  const linking = [
    capped('link', linksIn(ofNumber), links.perDay, dayMs),
    after(of('unlink'), links.afterUnlink, 'the number was unlinked'),
  ];
  // A link starts the device too.
  const starts = [...of('restore', ofDevice), ...linksIn(ofDevice)];
  switch (request.kind) {
    case 'restore':
      return [
        after(starts, restores.spacing, 'the device was started'),
        capped('restore', starts, restores.perHour, hourMs),
        capped('restore', starts, restores.perDay, dayMs),
      ];
    case 'qr':
      return [...linking, capped('qr', of('qr'), codes.qrPerDay, dayMs)];
    case 'code':
      return [
        ...linking,
        capped('code', of('code'), codes.pairingPerDay, dayMs),
        after(of('code-refused'), codes.afterRefusal, 'WhatsApp refused a pairing code'),
      ];
    case 'message':
      return [paused(of('message'), messages), capped('message', of('message'), messages.perDay, dayMs)];
  }
}

function isSameNumber(event: PoolEvent, request: PoolRequest): boolean {
  return event.account === request.account || (request.number !== null && event.number === request.number);
}

/** Links, and requests for one of which it is not written that no phone took them: a crash in between counts as a link. */
function linksIn(history: readonly PoolEvent[]): PoolEvent[] {
  const answered = new Set<string>();
  const links: PoolEvent[] = [];
  for (const event of history.toReversed()) {
    const { kind, account } = event;
    const isRequest = kind === 'qr' || kind === 'code';
    if (kind === 'link' || kind === 'not-linked') answered.add(account);
    if (kind === 'link' || (isRequest && !answered.delete(account))) links.push(event);
  }
  return links;
}

function after(events: readonly PoolEvent[], ms: number, what: string): PoolRefusal {
  const at = latest(events);
  return at === undefined ? null : { until: at + ms, why: `${what} less than ${minutes(ms)} ago` };
}

/**
 * Spacing and jitter after the latest message. The jitter is drawn from that message, so that a refusal names the same moment each time and
 * a request that is made again gains nothing.
 */
function paused(sent: readonly PoolEvent[], { spacing, jitter }: LivePolicy['messages']): PoolRefusal {
  const last = byTime(sent).at(-1);
  if (last === undefined) return null;
  const drawn =
    createHash('sha256')
      .update(`${last.number ?? last.account} ${last.at}`)
      .digest()
      .readUInt32BE() /
    2 ** 32;
  return {
    until: last.at + spacing + Math.round(drawn * jitter),
    why: `the number sent a message less than ${minutes(spacing + jitter)} ago`,
  };
}

/** At most `most` of these events within any `ms`. */
function capped(kind: PoolEventKind, events: readonly PoolEvent[], most: number, ms: number): PoolRefusal {
  const decisive = byTime(events).at(-most);
  if (decisive === undefined) return null;
  return { until: decisive.at + ms, why: `${most} of kind ${kind} within ${minutes(ms)} are the limit` };
}

function byTime(events: readonly PoolEvent[]): PoolEvent[] {
  return events.toSorted((a, b) => a.at - b.at);
}

function latest(events: readonly PoolEvent[]): number | undefined {
  return byTime(events).at(-1)?.at;
}

function minutes(ms: number): string {
  return ms < 2 * 60_000 ? `${ms / 1_000} s` : `${ms / 60_000} min`;
}

/**
 * The reminder that is due: the number of its step (1, 2 or 3), days since the phone was last opened, and how many are left until WhatsApp logs
 * all devices out. Null before the first step.
 */
export function phoneReminder(
  { phone }: LivePolicy,
  seenAt: number,
  now: number,
): { step: number; days: number; left: number } | null {
  const days = Math.floor((now - seenAt) / dayMs);
  const step = phone.remindAfterDays.filter((each) => days >= each).length;
  return step === 0 ? null : { step, days, left: Math.max(0, phoneDays - days) };
}

/** Days without the phone after which WhatsApp logs out all linked devices (faq.whatsapp.com/378279804439436). */
export const phoneDays = 14;
