import type { SessionIds } from '../session-ids.ts';

/** The right of one instance to run one session. Every write about the session needs it. */
export class Lease {
  readonly ids: SessionIds;
  /** Id of the instance. */
  readonly owner: string;
  /** The fencing token: a later owner has a higher one. */
  readonly token: number;
  readonly #granted = true;

  constructor(ids: SessionIds, owner: string, token: number) {
    this.ids = ids;
    this.owner = owner;
    this.token = token;
  }

  static is(value: object): value is Lease {
    return #granted in value;
  }
}

/** The lease has expired or another instance owns it: nothing was written, and the session must be stopped. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
  readonly lease: Lease;

  constructor(lease: Lease) {
    super(`the lease of session ${lease.ids.session} with token ${lease.token} is lost`);
    this.lease = lease;
  }
}

/** How long a lease lasts without a renewal, in milliseconds of the database's clock. */
export const leaseMs = 30_000;
