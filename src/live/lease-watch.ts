import { Finding } from '../runner/finding.ts';
import type { AccountPool } from './account-pool.ts';
import { type DeviceLease, DeviceLost } from './device-leases.ts';

/** A lease is given up so long before its end, in milliseconds: by then no browser uses the device any more. */
export const beforeEndMs = 60_000;
/** Between two looks whether a person has stopped the pool or an account, in milliseconds. */
const lookEveryMs = 2_000;

interface WatchedLeases {
  leases: readonly DeviceLease[];
  /** How long the leases last without a renewal, in milliseconds; more than `beforeEndMs`. */
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
  #renewedAt = performance.now();
  #askedAt = performance.now();
  #isLooking = false;

  constructor(accounts: AccountPool, watched: WatchedLeases) {
    const { ms, heartbeatMs = 15_000 } = watched;
    this.#accounts = accounts;
    this.#watched = watched;
    this.#timer = setInterval(
      () => {
        const now = performance.now();
        // A database that does not answer gives the device to no other machine before the end of the lease. It may never reject either.
        if (now - this.#renewedAt > ms - beforeEndMs)
          this.#end('lease-lost', 'the database has not renewed it in time');
        if (now - this.#askedAt >= heartbeatMs) void this.#renew(now);
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

  end(): void {
    clearInterval(this.#timer);
  }

  async #renew(askedAt: number): Promise<void> {
    this.#askedAt = askedAt;
    const { leases, ms } = this.#watched;
    try {
      for (const lease of leases) await this.#accounts.leases.renew(lease, ms);
      this.#renewedAt = askedAt;
    } catch (error) {
      if (error instanceof DeviceLost) this.#end('lease-lost', error.message);
    }
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
