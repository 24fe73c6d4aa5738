import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, AttemptEvent } from '../contracts/attempt.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import { recordOfUnstarted } from '../runner/build-record.ts';
import { flowDeadlineSeconds } from '../runner/deadlines.ts';
import { Finding } from '../runner/finding.ts';
import type { Flow } from '../runner/flow.ts';
import { endedUnpaired, isWhatsAppWeb, restrictions, type ServersWord, serversWord } from '../runner/judge-live.ts';
import type { LiveDevice, LiveInput } from '../runner/live-site.ts';
import { runAttempt } from '../runner/run-attempt.ts';
import type { LiveAttempter } from '../runner/run-plan.ts';
import type { SealedProfiles } from '../service/profiles/sealed-profiles.ts';
import { type AccountPool, type DeviceLease, DeviceLost, type LiveAccount, NotAllowedYet } from './account-pool.ts';
import { kindOfCall, leavesPool } from './allowed-methods.ts';
import type { CodeShower } from './code-shower.ts';
import { beforeEndMs, LeaseWatch } from './lease-watch.ts';
import { type PoolEventKind, type PoolRequest, phoneDays } from './limits.ts';
import { dayMs, type LivePolicy } from './live-policy.ts';
import { openProfileFolder } from './profile-folder.ts';

/** Deadlines on the live site are this much longer: the bar of the project is that of a replica on the same machine. */
const liveFactor = 6;
/** A pause that is not longer is waited for before a message; a longer one ends the attempt. */
const longestPauseMs = 60_000;
/** How soon an account that another attempt uses is asked for again. */
const inUseMs = 30_000;

export interface LivePool {
  accounts: AccountPool;
  profiles: SealedProfiles;
  policy: LivePolicy;
}

export interface LiveAttemptOptions {
  /** Which accounts may be used; all that are active when left out. */
  accounts?: readonly string[] | undefined;
  /** Shows codes of a flow that links. @param account its name. */
  shower(account: string): CodeShower;
  screenshots: boolean;
  say(line: string): void;
  /** Flags of the browser that lead elsewhere than to the internet; none when left out. */
  chromiumArgs?: readonly string[] | undefined;
  /** Milliseconds between two renewals of a lease; 15,000 when left out. */
  heartbeatMs?: number | undefined;
  /** Every attempt of a flow uses the devices of its first attempt; by default those that rested longest. */
  keepsDevices?: boolean | undefined;
  /** Where an attempt would have to wait for long, NotAllowedYet is thrown: what asked for it waits with it. */
  waitsElsewhere?: boolean | undefined;
  /** Waits so many milliseconds of the clock of the database; by default of the machine. */
  wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** What came of an account whose profile was used. */
export interface Visit<T> {
  value: T;
  came: Extract<PoolEventKind, 'connected' | 'conflict' | 'failed' | 'site-refused'>;
}

/** What each flow that links asks of a phone. */
const linkingFlows: Readonly<Record<string, 'qr' | 'code'>> = {
  'qr-to-ready': 'qr',
  'pairing-code-to-ready': 'code',
};

/** Makes attempts with the accounts of a pool. */
export class LiveAttempts implements LiveAttempter {
  readonly #pool: LivePool;
  readonly #options: LiveAttemptOptions;
  /** The accounts of each flow, where it keeps them. */
  readonly #kept = new Map<string, string[]>();
  readonly #owner = `${hostname().slice(0, 32)}-${process.pid}-${randomBytes(4).toString('hex')}`;

  constructor(pool: LivePool, options: LiveAttemptOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /**
   * One attempt under leases of its devices, once the policy allows it. An account that is retired, paused or in use is a refusal like
   * any other: it ends this attempt and not the run.
   *
   * @throws InputError for accounts that are not there or a browser that would destroy a profile; with `waitsElsewhere` NotAllowedYet
   *   for what is allowed later.
   */
  async attempt(input: AttemptInput): Promise<Attempt> {
    const kind = linkingFlows[input.flow.name] ?? 'restore';
    try {
      const names = await this.#choose(input.flow);
      return await this.#withLeases({ names, ms: this.#leaseMs(input), kind }, (leases, watch) =>
        this.#underLease(input, leases, watch),
      );
    } catch (error) {
      const isLater = error instanceof NotAllowedYet && error.until !== null;
      if (isLater && this.#options.waitsElsewhere) throw error;
      if (error instanceof NotAllowedYet || error instanceof TooFewAccounts) return recordOfRefused(input, error);
      throw error;
    }
  }

  async #withLeases<T>(
    { names, ms, kind }: { names: readonly string[]; ms: number; kind: PoolRequest['kind'] },
    work: (leases: readonly DeviceLease[], watch: LeaseWatch) => Promise<T>,
  ): Promise<T> {
    const { accounts } = this.#pool;
    const leases = await accounts.take(names, this.#owner, ms, kind);
    const watch = new LeaseWatch(accounts, leases, ms, this.#options.heartbeatMs);
    try {
      return await work(leases, watch);
    } finally {
      watch.end();
      for (const lease of leases) await accounts.release(lease);
    }
  }

  /**
   * Gives the profile of one account to `work`, under a lease and once the policy allows a start, and keeps the profile where the account
   * connected. When it is over, no profile is left unencrypted.
   *
   * @param ms how long the work may take.
   * @throws InputError as `attempt`; NotAllowedYet, also for an account that is in use or not active; what `work` throws.
   */
  async visit<T>(
    name: string,
    { browser, ms, signal }: Pick<AttemptInput, 'browser' | 'signal'> & { ms: number },
    work: (profile: string, signal: AbortSignal) => Promise<Visit<T>>,
  ): Promise<T> {
    const leaseMs = ms + this.#pool.policy.waitAtMost + beforeEndMs;
    return this.#withLeases({ names: [name], ms: leaseMs, kind: 'restore' }, async (leases, watch) => {
      const [lease] = leases as [DeviceLease];
      const folder = await openProfileFolder();
      try {
        const whole = AbortSignal.any([...(signal ? [signal] : []), watch.lost]);
        checkBrowserAge({ browser }, leases);
        const refused = await this.#allowed([{ kind: 'restore', account: name }], whole);
        if (refused) throw refused;
        const [device] = (await this.#devices(leases, folder.path, true)) as [LiveDevice];
        const { value, came } = await work(sessionOf(device), whole);
        await this.#pool.accounts.note(name, came);
        if (came === 'connected') await this.#keepOrSay(lease, device, { browser });
        return value;
      } catch (error) {
        const { aborted, reason } = watch.lost;
        throw aborted ? new TroubleError(`account ${name}: ${messageOf(reason)}`, { cause: error }) : error;
      } finally {
        await folder.remove();
      }
    });
  }

  /** One attempt with devices that are leased. When it is over, no profile is left unencrypted. */
  async #underLease(input: AttemptInput, leases: readonly DeviceLease[], watch: LeaseWatch): Promise<Attempt> {
    const links = linkingFlows[input.flow.name];
    const folder = await openProfileFolder();
    try {
      const signal = AbortSignal.any([...(input.signal ? [input.signal] : []), watch.lost]);
      checkBrowserAge(input, leases);
      const kind = links ?? 'restore';
      const refused = await this.#allowed(
        leases.map(({ account }) => ({ kind, account: account.name })),
        signal,
      );
      if (refused) return recordOfRefused(input, refused);
      const devices = await this.#devices(leases, folder.path, links === undefined);
      const attempt = await this.#run({ ...input, signal }, devices, leases);
      await this.#settle(attempt, { input, leases, devices, links });
      return attempt;
    } finally {
      await folder.remove();
    }
  }

  /**
   * Links a new account: makes one attempt of a flow that links, and adds the account only when it passed.
   *
   * @param number digits, where it is known; a pairing code needs it.
   * @throws InputError for a name or a number that cannot be added; NotAllowedYet.
   */
  async add(name: string, number: string | null, input: AttemptInput): Promise<Attempt> {
    const { accounts } = this.#pool;
    majorOf(input);
    await accounts.checkNew(name, number);
    const kind = linkingFlows[input.flow.name] ?? 'qr';
    await accounts.request([{ kind, account: name }], number);
    const folder = await openProfileFolder();
    // There is no lease yet; a person may stop the pool all the same.
    const watch = new LeaseWatch(accounts, [], this.#leaseMs(input), this.#options.heartbeatMs);
    try {
      const device: LiveDevice = { account: name, number, dataPath: join(folder.path, name), isLinked: false };
      let linkedAs = number;
      const signal = AbortSignal.any([...(input.signal ? [input.signal] : []), watch.lost]);
      const attempt = await this.#run({ ...input, signal }, [device], [], name, (own) => {
        linkedAs = own;
      });
      const [lock] = restrictions(attempt.events);
      if (lock) await accounts.note(name, 'restricted', await this.#byDatabase(lock), linkedAs ?? undefined);
      if (attempt.outcome === 'passed' && linkedAs !== null) {
        await this.#addLinked(name, linkedAs, device, input);
        return attempt;
      }
      await accounts.note(name, tookCode(attempt) ? 'link' : 'not-linked', null, linkedAs ?? undefined);
      const failure = eventOfFailure(attempt, kind);
      const until = await this.#byDatabase(serversWord(attempt.events));
      if (failure) await accounts.note(name, failure, until, linkedAs ?? undefined);
      return attempt;
    } finally {
      watch.end();
      await folder.remove();
    }
  }

  /** @throws InputError for a number that cannot be added; TroubleError where the profile cannot be kept. The link counts all the same. */
  async #addLinked(name: string, number: string, device: LiveDevice, input: AttemptInput): Promise<void> {
    const { accounts, profiles } = this.#pool;
    const blob = blobName(name, 0);
    try {
      const saved = await profiles.put(blob, name, sessionOf(device));
      await accounts.add(name, { number, library: input.cell.library, browserMajor: majorOf(input) }, saved);
    } catch (error) {
      await profiles.discard(blob);
      await accounts.note(name, 'link', null, number);
      if (error instanceof InputError) throw error;
      throw new TroubleError(`account ${name}: it is linked, and its profile could not be kept: ${messageOf(error)}`);
    }
  }

  /** @throws InputError when the pool has not the accounts that these flows need, before anything is installed or started. */
  async check(flows: readonly Flow[]): Promise<void> {
    for (const flow of flows) await this.#choose(flow);
  }

  /** @throws TooFewAccounts where the pool has too few that could be used; InputError for names that cannot be meant. */
  async #choose(flow: Flow): Promise<string[]> {
    const { keepsDevices = false } = this.#options;
    const names = (keepsDevices && this.#kept.get(flow.name)) || (await this.#rested(flow));
    this.#kept.set(flow.name, names);
    return names;
  }

  /** The accounts that are named, else those that rested longest. */
  async #rested(flow: Flow): Promise<string[]> {
    const { liveAccounts: needed = 1 } = flow;
    const links = linkingFlows[flow.name] !== undefined;
    const named = this.#options.accounts;
    if (links && named?.length !== 1)
      throw new InputError(`--flow ${flow.name}: it links an account anew, so --account has to name that one`);
    if (named && named.length >= needed) {
      const found = await Promise.all(named.map((name) => this.#pool.accounts.find(name)));
      const used = found.slice(0, needed);
      if (new Set(used.map(({ number }) => number)).size === needed) return used.map(({ name }) => name);
      throw new InputError(
        `--flow ${flow.name}: it needs ${needed} accounts of different numbers; --account names one twice`,
      );
    }
    const all = await this.#pool.accounts.list();
    const active = all
      .filter(({ name, state }) => state === 'active' && (named?.includes(name) ?? true))
      .sort((a, b) => a.savedAt - b.savedAt);
    const chosen = ofDifferentNumbers(active.filter(({ leasedBy }) => leasedBy === null));
    if (chosen.length >= needed) return chosen.slice(0, needed).map(({ name }) => name);
    const [inUse] = active.filter(({ leasedBy }) => leasedBy !== null);
    if (this.#options.waitsElsewhere && inUse && ofDifferentNumbers(active).length >= needed)
      throw new NotAllowedYet(
        { kind: 'restore', account: inUse.name },
        (await this.#pool.accounts.now()) + inUseMs,
        `${inUse.leasedBy} uses it`,
      );
    throw new TooFewAccounts(
      `--flow ${flow.name}: it needs ${needed} live accounts of different numbers that are active and free, and there are ${chosen.length}; see \`wwebjs-canary account list\``,
    );
  }

  /** Waits until the policy allows all of it; the refusal when that takes longer than a run may wait. */
  async #allowed(
    requests: readonly Omit<PoolRequest, 'number'>[],
    signal: AbortSignal | undefined,
    atMostMs = this.#pool.policy.waitAtMost,
  ): Promise<NotAllowedYet | null> {
    const { wait = pause, say } = this.#options;
    for (;;) {
      try {
        await this.#pool.accounts.request(requests);
        return null;
      } catch (error) {
        if (!(error instanceof NotAllowedYet)) throw error;
        const ms = error.until === null ? null : error.until - (await this.#pool.accounts.now());
        if (ms === null || ms > atMostMs || signal?.aborted) return error;
        if (ms > longestPauseMs && this.#options.waitsElsewhere) throw error;
        if (ms > longestPauseMs) say(`${error.message}; waiting`);
        await wait(Math.max(1, ms), signal);
      }
    }
  }

  async #devices(leases: readonly DeviceLease[], folder: string, isLinked: boolean): Promise<LiveDevice[]> {
    const devices: LiveDevice[] = [];
    for (const { account, profile } of leases) {
      const device = { account: account.name, number: account.number, dataPath: join(folder, account.name), isLinked };
      if (isLinked)
        await this.#pool.profiles.get(profile, account.name, sessionOf(device)).catch((error) => {
          throw new TroubleError(`account ${account.name}: its profile cannot be had: ${messageOf(error)}`);
        });
      devices.push(device);
    }
    return devices;
  }

  async #run(
    input: AttemptInput,
    devices: readonly LiveDevice[],
    leases: readonly DeviceLease[],
    name = leases[0]?.account.name ?? '',
    linkedAs: (number: string) => void = () => {},
  ): Promise<Attempt> {
    const shower = this.#options.shower(name);
    const now = await this.#pool.accounts.now();
    const live: LiveInput = {
      devices,
      chromiumArgs: this.#options.chromiumArgs ?? [],
      show: (kind, code) => shower.show(kind, code),
      linkedAs,
      ...(await this.#admission(leases, input.signal)),
      phonesAway: leases.map(({ account }) => now - account.phoneSeenAt > phoneDays * dayMs),
      screenshots: this.#options.screenshots,
    };
    try {
      return await runAttempt({ ...input, deadlineFactor: input.deadlineFactor * liveFactor, live });
    } finally {
      shower.close();
    }
  }

  /** What the clients of an attempt may do: each one start, reads, and messages to the pool as often as the policy allows. */
  async #admission(
    leases: readonly DeviceLease[],
    signal: AbortSignal | undefined,
  ): Promise<Pick<LiveInput, 'admit' | 'admitStart'>> {
    const started = new Set<number>();
    const ofAttempt = leases.map(({ account }) => account.number);
    const ofPool = (await this.#pool.accounts.list()).map(({ number }) => number);
    return {
      admitStart(place) {
        if (started.has(place)) throw forbidden('a second start of a browser');
        started.add(place);
      },
      admit: async (place, call) => {
        const kind = kindOfCall(call.method);
        if (kind === null) throw forbidden(`${call.method}()`);
        if (kind === 'read') return;
        const leaves = await leavesPool(call, { ofAttempt, ofPool });
        if (leaves !== null) throw forbidden(leaves);
        const account = leases[place]?.account.name;
        if (account === undefined) throw forbidden('a message of an account that is being linked');
        await (this.#options.wait ?? pause)(Math.round(Math.random() * this.#pool.policy.messages.jitter), signal);
        const refused = await this.#allowed([{ kind: 'message', account }], signal, longestPauseMs);
        if (refused) throw new Finding('limit-reached', refused.message);
      },
    };
  }

  /** Writes down what happened, and saves the profiles of devices that are still linked. Reports a profile that cannot be saved. */
  async #settle(attempt: Attempt, { input, leases, devices, links }: Settling): Promise<void> {
    const { accounts } = this.#pool;
    const failure = attempt.outcome === 'passed' ? null : eventOfFailure(attempt, links ?? 'restore');
    const word = serversWord(attempt.events);
    const locks = restrictions(attempt.events);
    const failing = placeOfFailure(attempt.events);
    for (const [place, lease] of leases.entries()) {
      const { name } = lease.account;
      const kind = attempt.outcome === 'passed' ? 'connected' : place === failing ? failure : null;
      if (kind !== null) await accounts.note(name, kind, await this.#byDatabase(word));
      const lock = locks.find((each) => each.place === place);
      if (lock) await accounts.note(name, 'restricted', await this.#byDatabase(lock));
      const isOver = kind === 'removed' || kind === 'banned' || (kind !== 'connected' && word?.needsPerson);
      if (isOver && place === failing) await accounts.setState(name, 'retired', attempt.code);
      if (links) await accounts.note(name, tookCode(attempt) ? 'link' : 'not-linked');
      const isSafe = links ? attempt.outcome === 'passed' : isStillLinked(attempt.events, place);
      if (!isSafe) continue;
      const isKept = await this.#keepOrSay(lease, devices[place] as LiveDevice, input);
      if (isKept && links) await accounts.reinstate(name);
    }
  }

  /** False where the profile could not be saved, which is reported. */
  async #keepOrSay(lease: DeviceLease, device: LiveDevice, input: Pick<AttemptInput, 'browser'>): Promise<boolean> {
    try {
      await this.#keep(lease, device, input);
      return true;
    } catch (error) {
      this.#options.say(`account ${lease.account.name}: its profile is not saved: ${messageOf(error)}`);
      return false;
    }
  }

  /** The end that the server named, by the clock of the database in place of that of the machine. */
  async #byDatabase(word: ServersWord | null): Promise<number | null> {
    return word?.until == null ? null : (await this.#pool.accounts.now()) + word.until - Date.now();
  }

  /** @throws DeviceLost, or the error of the store or of the profile. */
  async #keep(lease: DeviceLease, device: LiveDevice, input: Pick<AttemptInput, 'browser'>): Promise<void> {
    const { accounts, profiles } = this.#pool;
    const { name } = lease.account;
    const saved = await profiles.put(blobName(name, lease.token), name, sessionOf(device));
    const before = await accounts.keepProfile(lease, saved, majorOf(input)).catch(async (error) => {
      if (error instanceof DeviceLost) await profiles.discard(saved.blob_name);
      throw error;
    });
    if (before !== saved.blob_name) await profiles.discard(before);
  }

  /** How long a lease lasts without a renewal. */
  #leaseMs({ flow, deadlineFactor }: AttemptInput): number {
    const { deadlineSeconds = flowDeadlineSeconds } = flow;
    return deadlineSeconds * 1_000 * deadlineFactor * liveFactor + this.#pool.policy.waitAtMost + beforeEndMs;
  }
}

/** The pool has not enough accounts that are active and free. */
class TooFewAccounts extends InputError {
  override name = 'TooFewAccounts';
}

/** The record says until when, as `harness:refused`; null where only a person can change it. */
function recordOfRefused(input: AttemptInput, error: NotAllowedYet | TooFewAccounts): Attempt {
  const until = error instanceof NotAllowedYet && error.until !== null ? new Date(error.until).toISOString() : null;
  return recordOfUnstarted(input, 'limit-reached', error.message, [
    { at: 0, type: 'harness:refused', detail: { until } },
  ]);
}

interface Settling {
  input: AttemptInput;
  leases: readonly DeviceLease[];
  devices: readonly LiveDevice[];
  links: 'qr' | 'code' | undefined;
}

/**
 * What the history gets after an attempt that did not pass; null for what is no fault of account, site or version, and for a restriction that
 * the page shows, which is written down whatever the attempt came to.
 */
function eventOfFailure({ code, outcome, events }: Attempt, kind: PoolRequest['kind']): PoolEventKind | null {
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
      return outcome === 'infra' ? 'site-refused' : 'failed';
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

/** @throws InputError for a browser that is older than one that has opened a profile. */
function checkBrowserAge(input: Pick<AttemptInput, 'browser'>, leases: readonly DeviceLease[]): void {
  const major = majorOf(input);
  for (const { account } of leases) {
    if (major >= account.browserMajor) continue;
    throw new InputError(
      `--browser ${input.browser.name}: Chromium ${major} would destroy the profile of account ${account.name}, which Chromium ${account.browserMajor} has opened`,
    );
  }
}

/** @throws InputError for a browser whose version is not known: the profile could not be pinned to it. */
export function majorOf({ browser: { name, version } }: Pick<AttemptInput, 'browser'>): number {
  const major = /\/(\d+)\./.exec(version)?.[1];
  if (major !== undefined) return Number(major);
  throw new InputError(
    `--browser ${name}: it says that its version is "${version}", which names no major version to pin the profile of a live account to`,
  );
}

const sessionOf = ({ dataPath }: LiveDevice) => join(dataPath, 'session');

const blobName = (account: string, token: number) => `live/${account}/${token}-${Date.now()}`;

function ofDifferentNumbers(accounts: readonly LiveAccount[]): LiveAccount[] {
  return accounts.filter(({ number }, i) => accounts.findIndex((other) => other.number === number) === i);
}

function forbidden(what: string): Finding {
  return new Finding('limit-reached', `${what} is nothing that an attempt on the live site may do`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // An attempt that is being ended waits no longer; what it was about to do is refused by its end.
  await sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => {});
}
