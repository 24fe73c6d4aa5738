import { createHmac } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { InputError } from '../contracts/input-error.ts';
import { SealBroken } from '../service/seal.ts';
import { Sealer } from '../service/sealer.ts';
import type { PoolEvent, PoolRefusal } from './limits.ts';
import type { LiveAccountRow, LiveAccountState, LiveDatabase, LiveTables } from './tables.ts';

/** An account as the database has it without a key. Times are milliseconds since 1970. */
export interface ListedAccount {
  name: string;
  state: LiveAccountState;
  stateCause: string | null;
  /** The version that linked it. */
  library: string;
  /** The newest Chromium that opened its profile. */
  browserMajor: number;
  /** The only product that may open its profile, such as `Google Chrome` or `headless shell`; null until the profile is saved next. */
  browserProduct: string | null;
  linkedAt: number;
  phoneSeenAt: number;
  savedAt: number;
  /** The owner of its lease; null where it has none. */
  leasedBy: string | null;
  /** When its lease ends without a renewal; null where it has none. */
  leasedUntil: number | null;
}

/** A number of the user's own, as a person knows it. */
export interface LiveAccount extends ListedAccount {
  /** Digits of the international number. */
  number: string;
}

/** The tables of a pool, with the keys that open its numbers. */
export class PoolTables {
  readonly database: LiveDatabase;
  readonly #keys: readonly Buffer[];
  readonly #sealer: Sealer | null;

  /** @param keys of 32 bytes each: the first seals, each opens. Without one nothing is opened. */
  constructor(database: LiveDatabase, keys: readonly Buffer[]) {
    this.database = database;
    this.#keys = keys;
    this.#sealer = keys.length > 0 ? new Sealer(keys) : null;
    this.#sealer?.begin();
  }

  /** Milliseconds since 1970, by the database. */
  async now(): Promise<number> {
    const { kysely, now } = this.database;
    return Number((await kysely.selectNoFrom(now.as('now')).executeTakeFirstOrThrow()).now);
  }

  /** Locks the pool for one decision. */
  locked<T>(work: (tx: Transaction<LiveTables>, now: number, stopped: string | null) => Promise<T>): Promise<T> {
    return this.database.transaction(async (tx) => {
      const query = tx.selectFrom('live_pool').select(['stopped_because', this.database.now.as('now')]);
      const { now, stopped_because } = await this.database.locked(query).executeTakeFirstOrThrow();
      return work(tx, Number(now), stopped_because);
    });
  }

  /** By name. */
  rows(kysely: Kysely<LiveTables> = this.database.kysely): Promise<Selectable<LiveAccountRow>[]> {
    return kysely.selectFrom('live_accounts').selectAll().orderBy('name').execute();
  }

  /** @throws InputError where there is none. */
  async row(name: string, kysely: Kysely<LiveTables> = this.database.kysely): Promise<Selectable<LiveAccountRow>> {
    const rows = await this.rows(kysely);
    const found = rows.find((row) => row.name === name);
    if (found) return found;
    const names = rows.map((row) => row.name).join(', ');
    const hint = names === '' ? '`wwebjs-canary account add` makes the first one' : `there are ${names}`;
    throw new InputError(`account ${name}: there is no such account; ${hint}`);
  }

  /** @throws InputError for a number that was sealed with another key. */
  open(row: Selectable<LiveAccountRow>, now: number): LiveAccount {
    const number = this.#opened(row.number, row.name, `account ${row.name}: its number`);
    return { ...listedAccount(row, now), number };
  }

  /** Whether one of the keys opens the number of an account. */
  opens({ name, number }: Pick<LiveAccountRow, 'name' | 'number'>): boolean {
    return this.#isOpenedBy(number, name);
  }

  seal(number: string, account: string): string {
    if (this.#sealer === null) throw new InputError(`account ${account}: there is no key to seal its number with`);
    return this.#sealer.seal(number, account);
  }

  /** Seals with the first key what another one has sealed. @throws InputError for what none of the keys opens. */
  async sealAnew(tx: Transaction<LiveTables>): Promise<void> {
    for (const { name, number } of await this.rows(tx)) {
      const sealed = this.seal(this.#opened(number, name, `account ${name}: its number`), name);
      await tx.updateTable('live_accounts').set({ number: sealed }).where('name', '=', name).execute();
    }
    const secret = (await this.#secret(tx)).toString('hex');
    await tx
      .updateTable('live_pool')
      .set({ number_secret: this.seal(secret, secretOwner) })
      .execute();
  }

  /** Null for an account that is not in the pool. */
  async keyOf(tx: Transaction<LiveTables>, name: string): Promise<string | null> {
    const query = tx.selectFrom('live_accounts').select('number_key').where('name', '=', name);
    return (await query.executeTakeFirst())?.number_key ?? null;
  }

  /** Equal for equal numbers, whichever key seals. @throws InputError where the pool was begun with another key. */
  async keyFor(tx: Transaction<LiveTables>, number: string): Promise<string> {
    return createHmac('sha256', await this.#secret(tx))
      .update(`live number ${number}`)
      .digest('hex');
  }

  /** Of the whole pool: a number is recognized by it after its account was removed and the key was changed. */
  async #secret(tx: Transaction<LiveTables>): Promise<Buffer> {
    const accounts = await this.rows(tx);
    const pool = await tx.selectFrom('live_pool').select('number_secret').executeTakeFirst();
    const kept = pool?.number_secret ?? null;
    // A key that is lost is given up with the last account.
    const isLost = kept !== null && accounts.length === 0 && !this.#isOpenedBy(kept, secretOwner);
    if (kept !== null && !isLost) return Buffer.from(this.#opened(kept, secretOwner, 'the pool'), 'hex');
    // The number keys of accounts that are there already were made with the oldest key.
    for (const account of accounts) this.open(account, 0);
    const secret = this.#keys.at(-1) as Buffer;
    const sealed = this.seal(secret.toString('hex'), secretOwner);
    await tx.updateTable('live_pool').set({ number_secret: sealed }).execute();
    return secret;
  }

  #isOpenedBy(sealed: string, owner: string): boolean {
    return this.#sealer !== null && this.#sealer.sealAnew(sealed, owner) !== null;
  }

  #opened(sealed: string, owner: string, what: string): string {
    try {
      if (this.#sealer !== null) return this.#sealer.open(sealed, owner);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
    }
    throw new InputError(`${what} ${otherKey}`);
  }
}

const secretOwner = 'live pool';

/** What a person does about something that none of the keys opens. */
const otherKey =
  'is sealed with a key that this machine does not have, and nothing was changed: add that key to WWEBJS_CANARY_SEAL_KEY after a comma, or put its seal.key back into the home folder; where the key is lost, `wwebjs-canary account remove` and link it again (docs/live.md)';

export function listedAccount(row: Selectable<LiveAccountRow>, now: number): ListedAccount {
  const isLeased = row.lease_owner !== null && row.lease_expires_at > now;
  return {
    name: row.name,
    state: row.state,
    stateCause: row.state_cause,
    library: row.library,
    browserMajor: row.browser_major,
    browserProduct: row.browser_product,
    linkedAt: row.linked_at,
    phoneSeenAt: row.phone_seen_at,
    savedAt: row.saved_at,
    leasedBy: isLeased ? row.lease_owner : null,
    leasedUntil: isLeased ? row.lease_expires_at : null,
  };
}

/** Who has the device, and until when at the latest; null where it is free. */
export function useOf({ leasedBy, leasedUntil }: ListedAccount): PoolRefusal {
  return leasedBy === null ? null : { until: leasedUntil, why: `${leasedBy} uses it` };
}

export async function insertEvent(
  tx: Transaction<LiveTables>,
  { account, number, kind, at, until }: PoolEvent,
): Promise<void> {
  await tx.insertInto('live_events').values({ account, number_key: number, kind, at, until }).execute();
}
