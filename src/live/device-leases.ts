import type { Selectable, Transaction } from 'kysely';
import type { SavedProfile } from '../service/profiles/sealed-profiles.ts';
import type { PoolEvent, PoolEventKind, PoolRefusal, PoolRequest } from './limits.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';
import { insertEvent, type ListedAccount, type LiveAccount, type PoolTables, useOf } from './pool-tables.ts';
import type { ProfileBrowser } from './profile-browser.ts';
import type { LiveAccountRow, LiveTables } from './tables.ts';

/** The right of one attempt to use one device. Every write about the device needs it. */
export interface DeviceLease {
  account: LiveAccount;
  owner: string;
  /** The fencing token: a later owner has a higher one. */
  token: number;
  profile: Pick<SavedProfile, 'blob_name' | 'sha256'>;
}

/** Another machine has taken the device, or the lease has expired: nothing was written. */
export class DeviceLost extends Error {
  override name = 'DeviceLost';

  constructor({ account, token }: DeviceLease) {
    super(`the lease of account ${account.name} with token ${token} is lost`);
  }
}

/**
 * What stays true of an account when the lease is lost: what the server said of its number, what its phone took, and what the site did. The
 * rest is about a device that another owner has.
 */
const staysTrue: ReadonlySet<PoolEventKind> = new Set([
  ...(['removed', 'temporary-ban', 'restricted', 'banned', 'code-refused', 'link', 'site-refused'] as const),
]);

/** Who has which device. The transaction of each write about a device checks its lease. */
export class DeviceLeases {
  readonly #tables: PoolTables;

  constructor(tables: PoolTables) {
    this.#tables = tables;
  }

  /**
   * Leases devices, all of them or none.
   *
   * @param ms how long the leases last without a renewal.
   * @param kind `restore` for accounts that are active only; to link one anew, also for one that is retired; null for work that starts
   *   nothing, also for one that is paused.
   * @throws InputError for an account that does not exist or was sealed with another key; NotAllowedYet for one that is leased or may not be used.
   */
  async take(
    names: readonly string[],
    owner: string,
    ms: number,
    kind: PoolRequest['kind'] | null = 'restore',
  ): Promise<DeviceLease[]> {
    return this.#tables.locked(async (tx, now) => {
      const leases: DeviceLease[] = [];
      for (const name of names) {
        const row = await this.#tables.row(name, tx);
        const account = this.#tables.open(row, now);
        const refusal = useOf(account) ?? stateRefusal(account, kind);
        if (refusal) throw new NotAllowedYet({ kind: kind ?? 'restore', account: name }, refusal.until, refusal.why);
        const token = row.lease_token + 1;
        await tx
          .updateTable('live_accounts')
          .set({ lease_owner: owner, lease_token: token, lease_expires_at: now + ms })
          .where('name', '=', name)
          .execute();
        leases.push({ account, owner, token, profile: row });
      }
      return leases;
    });
  }

  /** Extends a lease. @throws DeviceLost */
  async renew(lease: DeviceLease, ms: number): Promise<void> {
    await this.#held(lease, async (tx, now) => {
      await tx
        .updateTable('live_accounts')
        .set({ lease_expires_at: now + ms })
        .where('name', '=', lease.account.name)
        .execute();
    });
  }

  /**
   * Makes a profile the one that the next attempt gets; returns the name of the earlier one, which is no longer needed.
   *
   * @param browser that saved it; null where none has opened it.
   * @throws DeviceLost
   */
  async keepProfile(lease: DeviceLease, saved: SavedProfile, browser: ProfileBrowser | null): Promise<string> {
    return this.#held(lease, async (tx, now, row) => {
      await tx
        .updateTable('live_accounts')
        .set({
          ...{ ...saved, saved_at: now },
          ...(browser && { browser_major: browser.browserMajor, browser_product: browser.browserProduct }),
        })
        .where('name', '=', lease.account.name)
        .execute();
      return row.blob_name;
    });
  }

  /**
   * Writes down what came of a device, and retires its account where it may not be used again until a person has looked after it. Of a lease
   * that is lost only what stays true is written, as events.
   *
   * @param retiredFor a code, or null.
   * @returns false where the lease is lost.
   */
  async settle(
    lease: DeviceLease,
    events: readonly Pick<PoolEvent, 'kind' | 'until'>[],
    retiredFor: string | null,
  ): Promise<boolean> {
    const { name } = lease.account;
    return this.#tables.locked(async (tx, now) => {
      const row = await this.#heldRow(lease, tx, now);
      const number = await this.#tables.keyOf(tx, name);
      for (const event of events)
        if (row !== null || staysTrue.has(event.kind))
          await insertEvent(tx, { account: name, number, at: now, ...event });
      if (row !== null && retiredFor !== null) await setState(tx, name, 'retired', retiredFor);
      return row !== null;
    });
  }

  /** An account that was retired is linked anew. One that a person has paused meanwhile stays paused. @throws DeviceLost */
  async reinstate(lease: DeviceLease): Promise<void> {
    await this.#held(lease, async (tx, _now, { name, state }) => {
      if (state === 'retired') await setState(tx, name, 'active', null);
    });
  }

  /** Gives a device back. One that is lost already is left to its owner. */
  async release(lease: DeviceLease): Promise<void> {
    await this.#held(lease, async (tx) => {
      await tx
        .updateTable('live_accounts')
        .set({ lease_owner: null, lease_expires_at: 0 })
        .where('name', '=', lease.account.name)
        .execute();
    }).catch((error) => {
      if (!(error instanceof DeviceLost)) throw error;
    });
  }

  /** @throws DeviceLost in a transaction that is about to do something with these devices. */
  async check(leases: readonly DeviceLease[], tx: Transaction<LiveTables>, now: number): Promise<void> {
    for (const lease of leases) if ((await this.#heldRow(lease, tx, now)) === null) throw new DeviceLost(lease);
  }

  /** @throws DeviceLost when the lease has expired or another owner has the device. */
  #held<T>(
    lease: DeviceLease,
    work: (tx: Transaction<LiveTables>, now: number, row: Selectable<LiveAccountRow>) => Promise<T>,
  ): Promise<T> {
    return this.#tables.locked(async (tx, now) => {
      const row = await this.#heldRow(lease, tx, now);
      if (row === null) throw new DeviceLost(lease);
      return work(tx, now, row);
    });
  }

  /** Null for a lease that is lost. */
  async #heldRow(
    { account, owner, token }: DeviceLease,
    tx: Transaction<LiveTables>,
    now: number,
  ): Promise<Selectable<LiveAccountRow> | null> {
    const query = tx.selectFrom('live_accounts').selectAll().where('name', '=', account.name);
    const row = await this.#tables.database.locked(query).executeTakeFirst();
    const holds = row?.lease_owner === owner && row.lease_token === token && row.lease_expires_at > now;
    return row && holds ? row : null;
  }
}

/** Null for a state in which an account may do what is asked. */
function stateRefusal({ state, stateCause }: ListedAccount, kind: PoolRequest['kind'] | null): PoolRefusal {
  if (kind === null || state === 'active' || (state === 'retired' && kind !== 'restore')) return null;
  return { until: null, why: `it is ${state}: ${stateCause ?? 'no reason is given'}` };
}

async function setState(
  tx: Transaction<LiveTables>,
  name: string,
  state: LiveAccountRow['state'],
  because: string | null,
): Promise<void> {
  await tx.updateTable('live_accounts').set({ state, state_cause: because }).where('name', '=', name).execute();
}
