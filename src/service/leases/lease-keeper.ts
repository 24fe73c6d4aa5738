import type { Lease } from './lease.ts';
import { leaseMs } from './lease.ts';
import type { Leases } from './leases.ts';

/** Leases are renewed after half of their time. */
const renewAfterMs = leaseMs / 2;
/** A session is stopped this long before another instance can take its lease. */
const marginMs = 3_000;

/** `taken`: by the database, this instance does not own the lease; `expired`: its time is over, and the database was not asked. */
export type LossReason = 'taken' | 'expired';

interface Held {
  lease: Lease;
  /** By `performance.now()`: until then no other instance can have the lease. */
  safeUntil: number;
  onLost: (reason: LossReason) => void;
  onRenewed: (restMs: number) => void;
}

/**
 * Renews the leases of one instance, and notifies each session when its lease is lost: another instance took it, or it was not renewed
 * in time because the database did not answer or the process was paused.
 */
export class LeaseKeeper {
  readonly #leases: Leases;
  readonly #held = new Map<string, Held>();
  #renewedAt = performance.now();

  constructor(leases: Leases) {
    this.#leases = leases;
  }

  /** @param acquiredAt `performance.now()` before the lease was requested. */
  keep(lease: Lease, acquiredAt: number, { onLost, onRenewed }: Pick<Held, 'onLost' | 'onRenewed'>): void {
    this.#held.set(lease.ids.session, { lease, safeUntil: acquiredAt + leaseMs - marginMs, onLost, onRenewed });
  }

  /** For how many milliseconds this instance certainly owns the lease, without another renewal. */
  restMs({ ids, token }: Lease): number {
    const held = this.#held.get(ids.session);
    return held?.lease.token === token ? Math.max(0, held.safeUntil - performance.now()) : 0;
  }

  drop(lease: Lease): void {
    const held = this.#held.get(lease.ids.session);
    if (held?.lease.token === lease.token) this.#held.delete(lease.ids.session);
  }

  /** Renews when it is time, else asks which leases other instances took. */
  async renew(): Promise<void> {
    const asked = [...this.#held.values()];
    const at = performance.now();
    const renews = at - this.#renewedAt >= renewAfterMs;
    const leases = asked.map(({ lease }) => lease);
    const lost = new Set(await (renews ? this.#leases.renew(leases) : this.#leases.lost(leases)));
    if (renews) this.#renewedAt = at;
    for (const held of asked) {
      if (lost.has(held.lease)) this.#lose(held, 'taken');
      else if (renews) {
        held.safeUntil = at + leaseMs - marginMs;
        held.onRenewed(leaseMs - marginMs);
      }
    }
  }

  /** Gives up leases that were not renewed in time; needs no database. */
  giveUpExpired(): void {
    for (const held of [...this.#held.values()]) if (performance.now() >= held.safeUntil) this.#lose(held, 'expired');
  }

  #lose(held: Held, reason: LossReason): void {
    if (this.#held.get(held.lease.ids.session) !== held) return;
    this.#held.delete(held.lease.ids.session);
    held.onLost(reason);
  }
}
