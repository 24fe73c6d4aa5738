import { createHmac } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { SavedProfile } from '../service/profiles/sealed-profiles.ts';
import { SealBroken } from '../service/seal.ts';
import { Sealer } from '../service/sealer.ts';
import { type PoolEvent, type PoolEventKind, type PoolRefusal, type PoolRequest, refusalOf } from './limits.ts';
import type { LivePolicy } from './live-policy.ts';
import { readPoolHistory } from './pool-state.ts';
import type { LiveAccountRow, LiveAccountState, LiveDatabase, LiveTables } from './tables.ts';

/** A number of the user's own, as a person knows it. Times are milliseconds since 1970. */
export interface LiveAccount {
  name: string;
  state: LiveAccountState;
  stateCause: string | null;
  /** Digits of the international number. */
  number: string;
  /** The version that linked it. */
  library: string;
  /** The newest Chromium that opened its profile. */
  browserMajor: number;
  linkedAt: number;
  phoneSeenAt: number;
  savedAt: number;
  /** The owner of its lease; null where it has none. */
  leasedBy: string | null;
}

/** The right of one attempt to use one device. Every write about the device needs it. */
export interface DeviceLease {
  account: LiveAccount;
  owner: string;
  /** The fencing token: a later owner has a higher one. */
  token: number;
  profile: Pick<SavedProfile, 'blob_name' | 'sha256'>;
}

/** The policy allows something later, or not before a person changes something. */
export class NotAllowedYet extends TroubleError {
  override name = 'NotAllowedYet';
  /** Milliseconds since 1970; null where only a person can change it. */
  readonly until: number | null;

  constructor({ kind, account }: { kind: PoolEventKind; account: string }, until: number | null, why: string) {
    super(`account ${account}: ${refusalWords(kind, { until, why })}`);
    this.until = until;
  }
}

/** `no restore before 2026-11-01T00:10:00.000Z: the device was started less than 10 min ago` */
export function refusalWords(kind: PoolEventKind, { until, why }: NonNullable<PoolRefusal>): string {
  const when = until === null ? 'until a person resumes it' : `before ${new Date(until).toISOString()}`;
  return `no ${kind} ${when}: ${why}`;
}

/** Another machine has taken the device, or the lease has expired: nothing was written. */
export class DeviceLost extends Error {
  override name = 'DeviceLost';

  constructor({ account, token }: DeviceLease) {
    super(`the lease of account ${account.name} with token ${token} is lost`);
  }
}

const accountName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * The live accounts in a database that all machines share: who has which device, and what each did. Each decision about limits is one
 * transaction that locks the pool, by the clock of the database.
 */
export class AccountPool {
  readonly #database: LiveDatabase;
  readonly #policy: LivePolicy;
  readonly #keys: readonly Buffer[];
  readonly #sealer: Sealer;

  /** @param keys at least one, of 32 bytes each: the first seals numbers, each opens them. */
  constructor(database: LiveDatabase, policy: LivePolicy, keys: readonly Buffer[]) {
    this.#database = database;
    this.#policy = policy;
    this.#keys = keys;
    this.#sealer = new Sealer(keys);
    this.#sealer.begin();
  }

  /** Milliseconds since 1970, by the database. */
  async now(): Promise<number> {
    const { kysely, now } = this.#database;
    return Number((await kysely.selectNoFrom(now.as('now')).executeTakeFirstOrThrow()).now);
  }

  /** By name. */
  async list(): Promise<LiveAccount[]> {
    const now = await this.now();
    const rows = await this.#database.kysely.selectFrom('live_accounts').selectAll().orderBy('name').execute();
    return rows.map((row) => this.#account(row, now));
  }

  /** @throws InputError where there is none. */
  async find(name: string): Promise<LiveAccount> {
    const all = await this.list();
    const found = all.find((account) => account.name === name);
    if (found) return found;
    const names = all.map((account) => account.name).join(', ');
    const hint = names === '' ? '`wwebjs-canary account add` makes the first one' : `there are ${names}`;
    throw new InputError(`account ${name}: there is no such account; ${hint}`);
  }

  /** Why accounts may not be started now, by name; those that may are left out. A stop of the whole pool is not among the reasons. */
  async resting(): Promise<Map<string, NonNullable<PoolRefusal>>> {
    return this.#locked(async (tx, now) => {
      const history = await readPoolHistory(tx, now);
      const rows = await tx.selectFrom('live_accounts').select(['name', 'number_key']).execute();
      const refusals = rows.map(({ name, number_key: number }) => {
        return [name, refusalOf(this.#policy, history, { kind: 'restore', account: name, number }, now)] as const;
      });
      return new Map(refusals.flatMap(([name, refusal]) => (refusal === null ? [] : [[name, refusal] as const])));
    });
  }

  /** Why a person has stopped the pool; null while it runs. */
  async stoppedBecause(): Promise<string | null> {
    const query = this.#database.kysely.selectFrom('live_pool').select('stopped_because');
    return (await query.executeTakeFirst())?.stopped_because ?? null;
  }

  /** @param because null lets the pool run again. */
  async stop(because: string | null): Promise<void> {
    await this.#database.kysely.updateTable('live_pool').set({ stopped_because: because }).execute();
  }

  /**
   * Writes down what accounts are about to do, all of it or nothing.
   *
   * @throws NotAllowedYet with the latest moment of all refusals.
   */
  async request(requests: readonly Omit<PoolRequest, 'number'>[], number: string | null = null): Promise<void> {
    await this.#locked(async (tx, now, stopped) => {
      const history = await readPoolHistory(tx, now);
      for (const request of requests) {
        const key = number === null ? await this.#keyOf(tx, request.account) : this.#keyFor(number);
        const wish = { ...request, number: key };
        const refusal = refusalOf(this.#policy, history, wish, now, stopped);
        if (refusal) throw new NotAllowedYet(wish, refusal.until, refusal.why);
        history.push({ ...wish, at: now, until: null });
        await insertEvent(tx, { ...wish, at: now, until: null });
      }
    });
  }

  /** Writes down what happened to an account. @param number where the account is not in the pool. */
  async note(account: string, kind: PoolEventKind, until: number | null = null, number?: string): Promise<void> {
    await this.#locked(async (tx, now) => {
      const key = number === undefined ? await this.#keyOf(tx, account) : this.#keyFor(number);
      await insertEvent(tx, { account, number: key, kind, at: now, until });
    });
  }

  /**
   * Leases devices, all of them or none.
   *
   * @param ms how long the leases last without a renewal.
   * @param kind `restore` for accounts that are active only; to link one anew, also for one that is retired.
   * @throws InputError for an account that does not exist; NotAllowedYet for one that is leased or may not be used.
   */
  async take(
    names: readonly string[],
    owner: string,
    ms: number,
    kind: PoolRequest['kind'] = 'restore',
  ): Promise<DeviceLease[]> {
    for (const name of names) await this.find(name);
    return this.#locked(async (tx, now) => {
      const leases: DeviceLease[] = [];
      for (const name of names) {
        const row = await tx.selectFrom('live_accounts').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
        const account = this.#account(row, now);
        const refusal = useOf(row, now) ?? stateRefusal(account, kind);
        if (refusal) throw new NotAllowedYet({ kind, account: name }, refusal.until, refusal.why);
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
   * @throws DeviceLost
   */
  async keepProfile(lease: DeviceLease, saved: SavedProfile, browserMajor: number): Promise<string> {
    return this.#held(lease, async (tx, now, row) => {
      await tx
        .updateTable('live_accounts')
        .set({ ...saved, saved_at: now, browser_major: Math.max(row.browser_major, browserMajor) })
        .where('name', '=', lease.account.name)
        .execute();
      return row.blob_name;
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

  /** @param because words of a person, or a code. */
  async setState(name: string, state: LiveAccountState, because: string | null): Promise<void> {
    await this.find(name);
    await this.#database.kysely
      .updateTable('live_accounts')
      .set({ state, state_cause: because })
      .where('name', '=', name)
      .execute();
  }

  /** An account that was retired is linked anew. One that a person has paused meanwhile stays paused. */
  async reinstate(name: string): Promise<void> {
    await this.#database.kysely
      .updateTable('live_accounts')
      .set({ state: 'active', state_cause: null })
      .where('name', '=', name)
      .where('state', '=', 'retired')
      .execute();
  }

  /** A person has opened the phone of the account. */
  async phoneSeen(name: string): Promise<void> {
    await this.find(name);
    const { kysely, now } = this.#database;
    await kysely.updateTable('live_accounts').set({ phone_seen_at: now }).where('name', '=', name).execute();
  }

  /** @throws InputError for a name that is taken or cannot be one, and for a number of which the pool has enough devices. */
  async checkNew(name: string, number: string | null): Promise<void> {
    this.#checkNew(name, number, await this.list());
  }

  #checkNew(name: string, number: string | null, all: readonly Pick<LiveAccount, 'name' | 'number'>[]): void {
    if (!accountName.test(name))
      throw new InputError(`account ${name}: a name has 1 to 64 characters of a-z, 0-9 and "-"`);
    if (all.some((account) => account.name === name))
      throw new InputError(`account ${name}: there is one already; remove it first, or choose another name`);
    const same = number === null ? [] : all.filter((account) => account.number === number);
    if (same.length >= this.#policy.devicesPerNumber) {
      const names = same.map((account) => account.name).join(' and ');
      throw new InputError(`account ${name}: the pool has ${names} of this number, and the policy allows no more`);
    }
  }

  /**
   * Adds an account that has just been linked. What was asked of its phone while the number was not known counts for the number too.
   *
   * @throws InputError as `checkNew`, also where another machine has added the name meanwhile.
   */
  async add(
    name: string,
    { number, library, browserMajor }: Pick<LiveAccount, 'number' | 'library' | 'browserMajor'>,
    saved: SavedProfile,
  ): Promise<void> {
    await this.#locked(async (tx, now) => {
      const rows = await tx.selectFrom('live_accounts').selectAll().orderBy('name').execute();
      this.#checkNew(
        name,
        number,
        rows.map((row) => this.#account(row, now)),
      );
      const key = this.#keyFor(number);
      await tx
        .insertInto('live_accounts')
        .values({
          ...{ name, state: 'active', state_cause: null, library, browser_major: browserMajor, lease_owner: null },
          ...{ number: this.#sealer.seal(number, name), number_key: key, ...saved, saved_at: now },
          ...{ linked_at: now, phone_seen_at: now },
        })
        .execute();
      const unnumbered = tx.updateTable('live_events').where('account', '=', name).where('number_key', 'is', null);
      await unnumbered.set({ number_key: key }).execute();
      await insertEvent(tx, { account: name, number: key, kind: 'link', at: now, until: null });
    });
  }

  /**
   * Removes an account; what it did stays. Its device is still listed on the phone.
   *
   * @returns the name of its profile in the store.
   * @throws InputError where there is none; NotAllowedYet for one that is leased.
   */
  async remove(name: string): Promise<string> {
    await this.find(name);
    return this.#locked(async (tx, now) => {
      const row = await tx.selectFrom('live_accounts').selectAll().where('name', '=', name).executeTakeFirstOrThrow();
      const use = useOf(row, now);
      if (use) throw new NotAllowedYet({ kind: 'unlink', account: name }, use.until, use.why);
      await tx.deleteFrom('live_accounts').where('name', '=', name).execute();
      await insertEvent(tx, { account: name, number: row.number_key, kind: 'unlink', at: now, until: null });
      return row.blob_name;
    });
  }

  /** Locks the pool for one decision. */
  #locked<T>(work: (tx: Transaction<LiveTables>, now: number, stopped: string | null) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (tx) => {
      const query = tx.selectFrom('live_pool').select(['stopped_because', this.#database.now.as('now')]);
      const { now, stopped_because } = await this.#database.locked(query).executeTakeFirstOrThrow();
      return work(tx, Number(now), stopped_because);
    });
  }

  /** @throws DeviceLost when the lease has expired or another owner has the device. */
  #held<T>(
    lease: DeviceLease,
    work: (tx: Transaction<LiveTables>, now: number, row: { browser_major: number; blob_name: string }) => Promise<T>,
  ): Promise<T> {
    return this.#locked(async (tx, now) => {
      const query = tx.selectFrom('live_accounts').selectAll().where('name', '=', lease.account.name);
      const row = await this.#database.locked(query).executeTakeFirst();
      const holds = row?.lease_owner === lease.owner && row.lease_token === lease.token && row.lease_expires_at > now;
      if (!row || !holds) throw new DeviceLost(lease);
      return work(tx, now, row);
    });
  }

  /** Null for an account that is not in the pool. */
  async #keyOf(tx: Transaction<LiveTables>, name: string): Promise<string | null> {
    const query = tx.selectFrom('live_accounts').select('number_key').where('name', '=', name);
    return (await query.executeTakeFirst())?.number_key ?? null;
  }

  /** Of the last key, which is the oldest: it stays the same while a new one comes before it. */
  #keyFor(number: string): string {
    return createHmac('sha256', this.#keys.at(-1) as Buffer)
      .update(`live number ${number}`)
      .digest('hex');
  }

  /** @throws InputError for a number that was sealed with another key. */
  #numberOf({ name, number }: Pick<LiveAccountRow, 'name' | 'number'>): string {
    try {
      return this.#sealer.open(number, name);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw new InputError(
        `account ${name}: ${error.message}; machines that share accounts share the key too (WWEBJS_CANARY_SEAL_KEY, or seal.key of the home folder)`,
      );
    }
  }

  #account(row: Selectable<LiveAccountRow>, now: number): LiveAccount {
    return {
      name: row.name,
      state: row.state,
      stateCause: row.state_cause,
      number: this.#numberOf(row),
      library: row.library,
      browserMajor: row.browser_major,
      linkedAt: row.linked_at,
      phoneSeenAt: row.phone_seen_at,
      savedAt: row.saved_at,
      leasedBy: row.lease_expires_at > now ? row.lease_owner : null,
    };
  }
}

/** Who has the device, and until when at the latest; null where it is free. */
function useOf(row: Selectable<LiveAccountRow>, now: number): PoolRefusal {
  const { lease_owner: owner, lease_expires_at: until } = row;
  return owner === null || until <= now ? null : { until, why: `${owner} uses it` };
}

/** Null for a state in which an account may do what is asked. */
function stateRefusal({ state, stateCause }: LiveAccount, kind: PoolRequest['kind']): PoolRefusal {
  if (state === 'active' || (state === 'retired' && kind !== 'restore')) return null;
  return { until: null, why: `it is ${state}: ${stateCause ?? 'no reason is given'}` };
}

async function insertEvent(
  tx: Transaction<LiveTables>,
  { account, number, kind, at, until }: PoolEvent,
): Promise<void> {
  await tx.insertInto('live_events').values({ account, number_key: number, kind, at, until }).execute();
}
