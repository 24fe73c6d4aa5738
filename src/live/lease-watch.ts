import { Finding } from '../runner/finding.ts';
import { type AccountPool, type DeviceLease, DeviceLost } from './account-pool.ts';

/** A lease is given up so long before its end, in milliseconds: by then no browser uses the device any more. */
export const beforeEndMs = 60_000;

/** Renews leases, and tells when one is lost, when it can no longer be renewed in time, and when a person stops the pool. */
export class LeaseWatch {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #renewedAt = performance.now();

  /**
   * @param ms how long the leases last without a renewal; more than `beforeEndMs`.
   * @param everyMs between two renewals.
   */
  constructor(accounts: AccountPool, leases: readonly DeviceLease[], ms: number, everyMs = 15_000) {
    const renew = async (askedAt: number) => {
      for (const lease of leases) await accounts.renew(lease, ms);
      this.#renewedAt = askedAt;
      const stopped = await accounts.stoppedBecause();
      if (stopped !== null) this.#lose('limit-reached', `the pool is stopped: ${stopped}`);
    };
    this.#timer = setInterval(() => {
      const now = performance.now();
      // A database that does not answer gives the device to no other machine before the end of the lease. It may never reject either.
      if (now - this.#renewedAt > ms - beforeEndMs) this.#lose('lease-lost', 'the database has not renewed it in time');
      renew(now).catch((error: Error) => {
        if (error instanceof DeviceLost) this.#lose('lease-lost', error.message);
      });
    }, everyMs);
    this.#timer.unref();
  }

  /** Its reason is a `Finding`. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #lose(code: 'lease-lost' | 'limit-reached', why: string): void {
    this.#lost.abort(new Finding(code, why));
  }
}
