import type { Lease } from './lease.ts';
import { leaseMs } from './lease.ts';
import type { Leases } from './leases.ts';

/** Leases are renewed when half of their time is over. */
const renewAfterMs = leaseMs / 2;
/** A session is stopped this long before its lease can be somebody else's. */
const marginMs = 3_000;

/** `taken`: the database says that it is somebody else's; `expired`: nothing is known but that its time is over. */
export type LossReason = 'taken' | 'expired';

interface Held {
  lease: Lease;
  /** By `performance.now()`: until then nobody else can have the lease. */
  safeUntil: number;
  onLost: (reason: LossReason) => void;
  onRenewed: (restMs: number) => void;
}

/**
 * Keeps the leases of one instance alive, and tells each session when its lease is lost: taken away, or not renewed in time
 * because the database did not answer or the process was paused.
 */
export class LeaseKeeper {
  readonly #leases: Leases;
  readonly #held = new Map<string, Held>();
  #renewedAt = performance.now();

  constructor(leases: Leases) {
    this.#leases = leases;
  }

  /** `acquiredAt` is `performance.now()` from before the lease was asked for. */
  keep(lease: Lease, acquiredAt: number, { onLost, onRenewed }: Pick<Held, 'onLost' | 'onRenewed'>): void {
    this.#held.set(lease.ids.session, { lease, safeUntil: acquiredAt + leaseMs - marginMs, onLost, onRenewed });
  }

  /** How long a session may certainly be run without hearing of its lease again, in milliseconds. */
  restMs({ ids, token }: Lease): number {
    const held = this.#held.get(ids.session);
    return held?.lease.token === token ? Math.max(0, held.safeUntil - performance.now()) : 0;
  }

  drop(lease: Lease): void {
    const held = this.#held.get(lease.ids.session);
    if (held?.lease.token === lease.token) this.#held.delete(lease.ids.session);
  }

  /** Renews when it is time, else asks which leases were taken away. */
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

  /** Gives up what was not renewed in time; needs no database. */
  giveUpExpired(): void {
    for (const held of [...this.#held.values()]) if (performance.now() >= held.safeUntil) this.#lose(held, 'expired');
  }

  #lose(held: Held, reason: LossReason): void {
    if (this.#held.get(held.lease.ids.session) !== held) return;
    this.#held.delete(held.lease.ids.session);
    held.onLost(reason);
  }
}
