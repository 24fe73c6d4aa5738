import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Code } from '../codes/codes.ts';
import type { Attempt, AttemptEvent } from '../contracts/attempt.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import { recordOfUnstarted } from '../runner/build-record.ts';
import { outcomeOf } from '../runner/classify.ts';
import { Finding } from '../runner/finding.ts';
import type { Flow } from '../runner/flow.ts';
import { judgeLive, restrictions, serversWord } from '../runner/judge-live.ts';
import { type LiveDevice, linkingFlows } from '../runner/live-site.ts';
import type { LiveAttempter } from '../runner/run-plan.ts';
import { eventOfFailure, isStillLinked, placeOfFailure, tookCode } from './attempt-history.ts';
import { type DeviceLease, DeviceLost } from './device-leases.ts';
import { beforeEndMs, LeaseWatch, waitingLeaseMs } from './lease-watch.ts';
import type { PoolEvent, PoolRequest } from './limits.ts';
import { type LivePool, type LiveStartOptions, LiveStarts } from './live-starts.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';
import type { LiveAccount } from './pool-tables.ts';
import { checkProfileBrowser, profileBrowser } from './profile-browser.ts';
import { blobName, openProfileFolder, sessionOf } from './profile-folder.ts';

/** How soon an account that another attempt uses is asked for again. */
const inUseMs = 30_000;

export interface LiveAttemptOptions extends LiveStartOptions {
  /** Which accounts may be used; all that are active when left out. */
  accounts?: readonly string[] | undefined;
  /** Every attempt of a flow uses the devices of its first attempt; by default those that rested longest. */
  keepsDevices?: boolean | undefined;
}

/** A profile that is opened without a library. */
export interface Visit {
  /** Folder of the profile. */
  profile: string;
  signal: AbortSignal;
  /** Takes down what the page says, as events of an attempt have it. */
  hear(type: string, detail: unknown): void;
}

/** What a visit saw. */
export interface Visited<T> {
  value: T;
  /** What it came to by itself; null where the account connected. */
  code: Code | null;
}

/** Makes attempts with the accounts of a pool. */
export class LiveAttempts implements LiveAttempter {
  readonly #pool: LivePool;
  readonly #options: LiveAttemptOptions;
  readonly #starts: LiveStarts;
  /** The accounts of each flow, where it keeps them. */
  readonly #kept = new Map<string, string[]>();
  readonly #owner = `${hostname().slice(0, 32)}-${process.pid}-${randomBytes(4).toString('hex')}`;

  constructor(pool: LivePool, options: LiveAttemptOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#starts = new LiveStarts(pool, options);
  }

  /**
   * One attempt under leases of its devices, once the policy allows it. An account that is retired, paused or in use is a refusal like
   * any other: it ends this attempt and not the run.
   *
   * @throws InputError for accounts that are not there or a browser that would destroy a profile; with `waitsElsewhere` NotAllowedYet
   *   for what is allowed later.
   */
  async attempt(input: AttemptInput): Promise<Attempt> {
    const kind = linkingFlows.get(input.flow.name) ?? 'restore';
    if (kind !== 'restore' && !this.#options.shower) return recordOfUnstarted(input, 'limit-reached', noPlaceForCodes);
    try {
      const names = await this.#choose(input.flow);
      return await this.#withLeases({ names, kind }, (leases, watch) => this.#underLease(input, leases, watch));
    } catch (error) {
      const isLater = error instanceof NotAllowedYet && error.until !== null;
      if (isLater && this.#options.waitsElsewhere) throw error;
      if (error instanceof NotAllowedYet || error instanceof UnsuitableAccounts) return recordOfRefused(input, error);
      if (error instanceof Finding && (error.code === 'lease-lost' || error.code === 'limit-reached'))
        return recordOfUnstarted(input, error.code, error.message);
      throw error;
    }
  }

  async #withLeases<T>(
    { names, kind }: { names: readonly string[]; kind: PoolRequest['kind'] },
    work: (leases: readonly DeviceLease[], watch: LeaseWatch) => Promise<T>,
  ): Promise<T> {
    const { accounts } = this.#pool;
    const leases = await accounts.leases.take(names, this.#owner, waitingLeaseMs, kind);
    const watch = new LeaseWatch(accounts, { leases, ms: waitingLeaseMs, heartbeatMs: this.#options.heartbeatMs });
    try {
      return await work(leases, watch);
    } finally {
      watch.end();
      for (const lease of leases) await accounts.leases.release(lease);
    }
  }

  /**
   * Gives the profile of one account to `work`, under a lease and once the policy allows a start, and keeps the profile where the account
   * is still linked. What the server says of the account counts as in an attempt. When it is over, no profile is left unencrypted.
   *
   * @param ms how long the work may take.
   * @returns what the work saw, and why the account did not connect, as a sentence; null where it did or nothing says why.
   * @throws InputError as `attempt`; NotAllowedYet, also for an account that is in use or not active; what `work` throws.
   */
  async visit<T>(
    name: string,
    { browser, ms, signal }: Pick<AttemptInput, 'browser' | 'signal'> & { ms: number },
    work: (visit: Visit) => Promise<Visited<T>>,
  ): Promise<{ value: T; because: string | null }> {
    return this.#withLeases({ names: [name], kind: 'restore' }, async (leases, watch) => {
      const folder = await openProfileFolder();
      try {
        const whole = AbortSignal.any([...(signal ? [signal] : []), watch.over]);
        await checkProfileBrowser({ browser }, leases);
        const refused = await this.#starts.allowed([{ kind: 'restore', account: name }], { leases, signal: whole });
        if (refused) throw refused;
        await watch.extend(ms + beforeEndMs);
        const devices = await this.#devices(leases, folder.path, true);
        const [device] = devices as [LiveDevice];
        const events: AttemptEvent[] = [];
        const startedAt = performance.now();
        const visit: Visit = {
          profile: sessionOf(device),
          signal: whole,
          hear: (type, detail) => events.push({ at: performance.now() - startedAt, type, detail }),
        };
        const settle = (code: Code | null) => this.#settleVisit(code, events, { input: { browser }, leases, devices });
        const { value, code } = await work(visit).catch(async (error: unknown) => {
          // What the server has said stays true of the account.
          await settle('interrupted');
          throw error;
        });
        return { value, because: await settle(code) };
      } catch (error) {
        const end: unknown = watch.over.reason ?? error;
        throw end instanceof Finding ? new TroubleError(`account ${name}: ${end.message}`, { cause: error }) : error;
      } finally {
        await folder.remove();
      }
    });
  }

  /** @returns why the account did not connect, as a sentence; null where it did, and where nothing says why. */
  async #settleVisit(
    code: Code | null,
    events: AttemptEvent[],
    settling: Omit<Settling, 'links'>,
  ): Promise<string | null> {
    const { leases } = settling;
    for (const { because, place } of restrictions(events))
      this.#options.say(`account ${leases[place]?.account.name}: ${because}`);
    const judged = code === null ? null : judgeLive(code, events, await this.#starts.phonesAway(leases));
    const came: Came = { code, outcome: outcomeOf(code), ...judged, events, phases: {} };
    await this.#settle(came, { ...settling, links: undefined });
    return judged?.because ?? null;
  }

  /** One attempt with devices that are leased. When it is over, no profile is left unencrypted. */
  async #underLease(input: AttemptInput, leases: readonly DeviceLease[], watch: LeaseWatch): Promise<Attempt> {
    const links = linkingFlows.get(input.flow.name);
    const folder = await openProfileFolder();
    try {
      const signal = AbortSignal.any([...(input.signal ? [input.signal] : []), watch.over]);
      // A link begins with an empty profile, in whichever browser.
      if (links === undefined) await checkProfileBrowser(input, leases);
      const kind = links ?? 'restore';
      const refused = await this.#starts.allowed(
        leases.map(({ account }) => ({ kind, account: account.name })),
        { leases, signal },
      );
      if (refused) return recordOfRefused(input, refused);
      await watch.extend(this.#starts.leaseMs(input));
      const devices = await this.#devices(leases, folder.path, links === undefined);
      const attempt = await this.#starts.run({ ...input, signal }, { devices, leases });
      await this.#settle(attempt, { input, leases, devices, links });
      return attempt;
    } finally {
      await folder.remove();
    }
  }

  /** @throws InputError when the pool has not the accounts that these flows need, before anything is installed or started. */
  async check(flows: readonly Flow[]): Promise<void> {
    for (const flow of flows) await this.#choose(flow);
  }

  /** @throws UnsuitableAccounts; InputError for names that cannot be meant. */
  async #choose(flow: Flow): Promise<string[]> {
    const { keepsDevices = false } = this.#options;
    const names = (keepsDevices && this.#kept.get(flow.name)) || (await this.#rested(flow));
    this.#kept.set(flow.name, names);
    return names;
  }

  /** The accounts that are named, else those that rested longest. */
  async #rested(flow: Flow): Promise<string[]> {
    const { liveAccounts: needed = 1 } = flow;
    const links = linkingFlows.has(flow.name);
    const named = this.#options.accounts;
    if (links && named?.length !== 1)
      throw new InputError(`--flow ${flow.name}: it links an account anew, so --account has to name that one`);
    if (named && named.length >= needed) {
      const found = await Promise.all(named.map((name) => this.#pool.accounts.find(name)));
      const used = found.slice(0, needed);
      const linked = links && found.find(({ state }) => state === 'active');
      if (linked)
        throw new UnsuitableAccounts(
          `--flow ${flow.name}: account ${linked.name} is linked, and one more link would take another of its phone's four devices; leave out --flow to attempt with it, or \`account remove ${linked.name}\`, remove its device on the phone, and \`account add ${linked.name}\` a day later`,
        );
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
    throw new UnsuitableAccounts(
      `--flow ${flow.name}: it needs ${needed === 1 ? 'a live account that is' : `${needed} live accounts of different numbers that are`} active and free, and there ${chosen.length === 1 ? 'is' : 'are'} ${chosen.length || 'none'}; see \`wwebjs-canary account list\``,
    );
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

  /** Writes down what happened, and saves the profiles of devices that are still linked. Reports what the lease no longer allows. */
  async #settle(attempt: Came, { input, leases, devices, links }: Settling): Promise<void> {
    const held = this.#pool.accounts.leases;
    for (const [place, lease] of leases.entries()) {
      const { name } = lease.account;
      const { events, isOver } = await this.#cameOf(attempt, place, links);
      const isHeld = await held.settle(lease, events, isOver ? attempt.code : null);
      if (!isHeld) this.#options.say(`account ${name}: its lease is lost, so state and profile are its next owner's`);
      const isSafe = links ? attempt.outcome === 'passed' : isStillLinked(attempt.events, place);
      if (!isSafe || !isHeld) continue;
      const isKept = await this.#keepOrSay(lease, devices[place] as LiveDevice, input);
      if (isKept && links) await held.reinstate(lease);
    }
  }

  /** What the history gets of the account at a place, and whether it may not be used until a person has looked after it. */
  async #cameOf(
    attempt: Came,
    place: number,
    links: Settling['links'],
  ): Promise<{ events: Pick<PoolEvent, 'kind' | 'until'>[]; isOver: boolean }> {
    const word = serversWord(attempt.events);
    const isFailing = place === placeOfFailure(attempt.events);
    const failure = isFailing ? eventOfFailure(attempt, links ?? 'restore') : null;
    const kind = attempt.outcome === 'passed' ? 'connected' : failure;
    const lock = restrictions(attempt.events).find((each) => each.place === place);
    const until = await this.#starts.byDatabase(word);
    return {
      events: [
        ...(kind === null ? [] : [{ kind, until }]),
        ...(lock ? [{ kind: 'restricted' as const, until: await this.#starts.byDatabase(lock) }] : []),
        ...(links ? [{ kind: tookCode(attempt) ? ('link' as const) : ('not-linked' as const), until: null }] : []),
      ],
      isOver:
        isFailing && (kind === 'removed' || kind === 'banned' || (kind !== 'connected' && word?.needsPerson === true)),
    };
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

  /** @throws DeviceLost, or the error of the store or of the profile. */
  async #keep(lease: DeviceLease, device: LiveDevice, input: Pick<AttemptInput, 'browser'>): Promise<void> {
    const { accounts, profiles } = this.#pool;
    const { name } = lease.account;
    const saved = await profiles.put(blobName(name, lease.token), name, sessionOf(device));
    const before = await accounts.leases.keepProfile(lease, saved, await profileBrowser(input)).catch(async (error) => {
      if (error instanceof DeviceLost) await profiles.discard(saved.blob_name);
      throw error;
    });
    if (before !== saved.blob_name) await profiles.discard(before);
  }
}

const noPlaceForCodes =
  'a worker links no account: it has neither its phone nor a place for its code; link it with `wwebjs-canary account add`, or without --queue';

/** The pool has no accounts with which a flow may be attempted now: too few are active and free, or the one to link is linked. */
class UnsuitableAccounts extends InputError {
  override name = 'UnsuitableAccounts';
}

/** The record says until when, as `harness:refused`; null where only a person can change it. */
function recordOfRefused(input: AttemptInput, error: NotAllowedYet | UnsuitableAccounts): Attempt {
  const until = error instanceof NotAllowedYet && error.until !== null ? new Date(error.until).toISOString() : null;
  return recordOfUnstarted(input, 'limit-reached', error.message, [
    { at: 0, type: 'harness:refused', detail: { until } },
  ]);
}

/** What the history of an account and its state follow from. */
type Came = Pick<Attempt, 'code' | 'outcome' | 'events' | 'phases'>;

interface Settling {
  input: Pick<AttemptInput, 'browser'>;
  leases: readonly DeviceLease[];
  devices: readonly LiveDevice[];
  links: 'qr' | 'code' | undefined;
}

function ofDifferentNumbers(accounts: readonly LiveAccount[]): LiveAccount[] {
  return accounts.filter(({ number }, i) => accounts.findIndex((other) => other.number === number) === i);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
