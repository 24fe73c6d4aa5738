import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../contracts/attempt.ts';
import type { AttemptInput } from '../runner/attempt-input.ts';
import { flowDeadlineSeconds } from '../runner/deadlines.ts';
import { Finding } from '../runner/finding.ts';
import type { ServersWord } from '../runner/judge-live.ts';
import type { LiveDevice, LiveInput } from '../runner/live-site.ts';
import { runAttempt } from '../runner/run-attempt.ts';
import type { SealedProfiles } from '../service/profiles/sealed-profiles.ts';
import type { AccountPool } from './account-pool.ts';
import { kindOfCall, leavesPool } from './allowed-methods.ts';
import type { CodeShower } from './code-shower.ts';
import { type DeviceLease, DeviceLost } from './device-leases.ts';
import { beforeEndMs } from './lease-watch.ts';
import { type PoolRequest, phoneDays } from './limits.ts';
import { dayMs, type LivePolicy } from './live-policy.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';

/** Deadlines on the live site are this much longer: the bar of the project is that of a replica on the same machine. */
const liveFactor = 6;
/** A pause that is not longer is waited for before a message; a longer one ends the attempt. */
const longestPauseMs = 60_000;

export interface LivePool {
  accounts: AccountPool;
  profiles: SealedProfiles;
  policy: LivePolicy;
}

export interface LiveStartOptions {
  /** Shows codes of a flow that links; without it no such flow is attempted. @param account its name. */
  shower?: ((account: string) => CodeShower) | undefined;
  screenshots: boolean;
  say(line: string): void;
  /** Flags of the browser that lead elsewhere than to the internet; none when left out. */
  chromiumArgs?: readonly string[] | undefined;
  /** Milliseconds between two renewals of a lease; 15,000 when left out. */
  heartbeatMs?: number | undefined;
  /** Where an attempt would have to wait for long, NotAllowedYet is thrown: what asked for it waits with it. */
  waitsElsewhere?: boolean | undefined;
  /** Waits so many milliseconds of the clock of the database; by default of the machine. */
  wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

interface LiveStart {
  /** The device of the flow, and that of its peer. */
  devices: readonly LiveDevice[];
  /** Of each device; none of one that is linked for the first time. */
  leases?: readonly DeviceLease[];
  /** The first device is linked, and has this number. */
  linkedAs?: LiveInput['linkedAs'];
}

/** Starts browsers for accounts of a pool, and lets them do what its policy allows. */
export class LiveStarts {
  readonly #pool: LivePool;
  readonly #options: LiveStartOptions;

  constructor(pool: LivePool, options: LiveStartOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** How long the lease of a device lasts from its start on, without a renewal: a browser that a crash leaves behind is gone by then. */
  leaseMs({ flow, deadlineFactor }: AttemptInput): number {
    const { deadlineSeconds = flowDeadlineSeconds } = flow;
    return deadlineSeconds * 1_000 * deadlineFactor * liveFactor + beforeEndMs;
  }

  /** The end that the server named, by the clock of the database in place of that of the machine. */
  async byDatabase(word: ServersWord | null): Promise<number | null> {
    return word?.until == null ? null : (await this.#pool.accounts.now()) + word.until - Date.now();
  }

  /**
   * Waits until the policy allows all of it; the refusal when that takes longer than a run may wait.
   *
   * @throws Finding where a lease is lost or a person has stopped it.
   */
  async allowed(
    requests: readonly Omit<PoolRequest, 'number'>[],
    {
      leases,
      signal,
      atMostMs = this.#pool.policy.waitAtMost,
    }: { leases: readonly DeviceLease[]; signal: AbortSignal | undefined; atMostMs?: number },
  ): Promise<NotAllowedYet | null> {
    const { wait = pause, say } = this.#options;
    for (;;) {
      try {
        if (signal?.reason instanceof Finding) throw signal.reason;
        await this.#pool.accounts.request(requests, { leases });
        return null;
      } catch (error) {
        if (error instanceof DeviceLost) throw new Finding('lease-lost', error.message);
        if (!(error instanceof NotAllowedYet)) throw error;
        const ms = error.until === null ? null : error.until - (await this.#pool.accounts.now());
        if (ms === null || ms > atMostMs || signal?.aborted) return error;
        if (ms > longestPauseMs && this.#options.waitsElsewhere) throw error;
        if (ms > longestPauseMs) say(`${error.message}; waiting`);
        await wait(Math.max(1, ms), signal);
      }
    }
  }

  /** By the place of a device: its phone was last opened longer ago than WhatsApp allows. */
  async phonesAway(leases: readonly DeviceLease[]): Promise<boolean[]> {
    const now = await this.#pool.accounts.now();
    return leases.map(({ account }) => now - account.phoneSeenAt > phoneDays * dayMs);
  }

  /** Makes one attempt, which the policy has allowed. */
  async run(input: AttemptInput, { devices, leases = [], linkedAs = async () => {} }: LiveStart): Promise<Attempt> {
    const shower = this.#options.shower?.(devices[0]?.account ?? '');
    const live: LiveInput = {
      devices,
      chromiumArgs: this.#options.chromiumArgs ?? [],
      show: async (kind, code) => {
        if (!shower) throw forbidden('a link without a place for its code');
        await shower.show(kind, code);
      },
      linkedAs,
      ...(await this.#admission(leases, input.signal)),
      phonesAway: await this.phonesAway(leases),
      screenshots: this.#options.screenshots,
    };
    try {
      return await runAttempt({ ...input, deadlineFactor: input.deadlineFactor * liveFactor, live });
    } finally {
      shower?.close();
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
        const refused = await this.allowed([{ kind: 'message', account }], {
          leases,
          signal,
          atMostMs: longestPauseMs,
        });
        if (refused) throw new Finding('limit-reached', refused.message);
      },
    };
  }
}

function forbidden(what: string): Finding {
  return new Finding('limit-reached', `${what} is nothing that an attempt on the live site may do`);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  // An attempt that is being ended waits no longer; what it was about to do is refused by its end.
  await sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => {});
}
