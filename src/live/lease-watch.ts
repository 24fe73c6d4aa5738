import { Finding } from '../runner/finding.ts';
import type { AccountPool } from './account-pool.ts';
import { type DeviceLease, DeviceLost } from './device-leases.ts';

/** A lease is given up so long before its end, in milliseconds: by then no browser uses the device any more. */
export const beforeEndMs = 60_000;
/**
 * How long the lease of a device that waits lasts without a renewal, in milliseconds. It has no browser yet, so a crash leaves none that is
 * still connected.
 */
export const waitingLeaseMs = 2 * beforeEndMs;
/** Between two looks whether a person has stopped the pool or an account, in milliseconds. */
const lookEveryMs = 2_000;

interface WatchedLeases {
  leases: readonly DeviceLease[];
  /** How long the leases were taken for, in milliseconds; more than `beforeEndMs`. */
  ms: number;
  /** Between two renewals, in milliseconds; 15,000 when left out. */
  heartbeatMs?: number | undefined;
}

/** Renews leases, and tells when one is lost, when it can no longer be renewed in time, and when a person stops the pool or an account. */
export class LeaseWatch {
  readonly #accounts: AccountPool;
  readonly #watched: WatchedLeases;
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #ms: number;
  #renewal: Promise<void> = Promise.resolve();
  #renewedAt = performance.now();
  #askedAt = performance.now();
  #isLooking = false;

  constructor(accounts: AccountPool, watched: WatchedLeases) {
    const { ms, heartbeatMs = 15_000 } = watched;
    this.#ms = ms;
    this.#accounts = accounts;
    this.#watched = watched;
    this.#timer = setInterval(
      () => {
        const now = performance.now();
        // A database that does not answer gives the device to no other machine before the end of the lease. It may never reject either.
        if (now - this.#renewedAt > this.#ms - beforeEndMs)
          this.#end('lease-lost', 'the database has not renewed it in time');
        if (now - this.#askedAt >= heartbeatMs) this.#renewInTurn(now);
        if (!this.#isLooking) void this.#look();
      },
      Math.min(heartbeatMs, lookEveryMs),
    );
    this.#timer.unref();
  }

  /** Its reason is a `Finding`. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * From now on the leases last longer without a renewal.
   *
   * @param ms more than `beforeEndMs`.
   * @throws Finding where one is lost.
   */
  async extend(ms: number): Promise<void> {
    const extended = this.#renewal.then(() => this.#renew(ms));
    this.#renewal = extended.catch(() => {});
    await extended;
    this.#over.signal.throwIfAborted();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** One renewal after the other: none shortens what `extend` has made longer. */
  #renewInTurn(now: number): void {
    this.#askedAt = now;
    // A database that is away for too long ends the attempt by the time since the last renewal.
    this.#renewal = this.#renewal.then(() => this.#renew(this.#ms)).catch(() => {});
  }

  async #renew(ms: number): Promise<void> {
    const askedAt = performance.now();
    try {
      for (const lease of this.#watched.leases) await this.#accounts.leases.renew(lease, ms);
    } catch (error) {
      if (!(error instanceof DeviceLost)) throw error;
      return this.#end('lease-lost', error.message);
    }
    this.#ms = ms;
    this.#renewedAt = askedAt;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      const why = await this.#accounts.haltedBecause(this.#watched.leases.map(({ account }) => account.name));
      if (why !== null) this.#end('limit-reached', why);
    } catch {
      // A database that is away for too long ends the attempt by the renewals.
    } finally {
      this.#isLooking = false;
    }
  }

  #end(code: 'lease-lost' | 'limit-reached', why: string): void {
    this.#over.abort(new Finding(code, why));
  }
}
