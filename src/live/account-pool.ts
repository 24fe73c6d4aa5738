import type { Transaction } from 'kysely';
import { InputError } from '../contracts/input-error.ts';
import type { SavedProfile } from '../service/profiles/sealed-profiles.ts';
import { type DeviceLease, DeviceLeases } from './device-leases.ts';
import { type PoolEventKind, type PoolRefusal, type PoolRequest, refusalOf } from './limits.ts';
import type { LivePolicy } from './live-policy.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';
import { readPoolHistory, readStopReason } from './pool-state.ts';
import { insertEvent, type ListedAccount, type LiveAccount, listedAccount, PoolTables, useOf } from './pool-tables.ts';
import type { LiveAccountState, LiveDatabase, LiveTables } from './tables.ts';

/** An account whose number stays sealed. */
export interface SealedAccount extends ListedAccount {
  /** Whether one of the keys opens it. */
  isReadable: boolean;
}

/** An account that has just been linked. */
type NewAccount = Pick<LiveAccount, 'number' | 'library' | 'browserMajor' | 'browserProduct'>;

const accountName = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** A name is in records, logs and names of profiles, from which numbers are kept out. */
const numberInName = /\d{7}/;

/**
 * The live accounts in a database that all machines share, and what each did. Each decision about limits is one transaction that locks the
 * pool, by the clock of the database.
 */
export class AccountPool {
  readonly #tables: PoolTables;
  readonly #policy: LivePolicy;
  readonly leases: DeviceLeases;

  /** @param keys of 32 bytes each: the first seals numbers, each opens them. Without one numbers stay sealed. */
  constructor(database: LiveDatabase, policy: LivePolicy, keys: readonly Buffer[]) {
    this.#tables = new PoolTables(database, keys);
    this.#policy = policy;
    this.leases = new DeviceLeases(this.#tables);
  }

  /** Milliseconds since 1970, by the database. */
  now(): Promise<number> {
    return this.#tables.now();
  }

  /** By name. @throws InputError for a number that is sealed with another key. */
  async list(): Promise<LiveAccount[]> {
    const now = await this.now();
    return (await this.#tables.rows()).map((row) => this.#tables.open(row, now));
  }

  /** By name, also without the key that opens the numbers. */
  async listSealed(): Promise<SealedAccount[]> {
    const now = await this.now();
    return (await this.#tables.rows()).map((row) => ({
      ...listedAccount(row, now),
      isReadable: this.#tables.opens(row),
    }));
  }

  /** @throws InputError where there is none, and for a number that is sealed with another key. */
  async find(name: string): Promise<LiveAccount> {
    return this.#tables.open(await this.#tables.row(name), await this.now());
  }

  /** Why accounts may not be started now, by name; those that may are left out. A stop of the whole pool is not among the reasons. */
  async resting(): Promise<Map<string, NonNullable<PoolRefusal>>> {
    return this.#tables.locked(async (tx, now) => {
      const history = await readPoolHistory(tx, now);
      const rows = await tx.selectFrom('live_accounts').select(['name', 'number_key']).execute();
      const refusals = rows.map(({ name, number_key: number }) => {
        return [name, refusalOf(this.#policy, history, { kind: 'restore', account: name, number }, now)] as const;
      });
      return new Map(refusals.flatMap(([name, refusal]) => (refusal === null ? [] : [[name, refusal] as const])));
    });
  }

  /** Why a person has stopped the pool; null while it runs. */
  stoppedBecause(): Promise<string | null> {
    return readStopReason(this.#tables.database.kysely);
  }

  /** Why an attempt with these accounts has to end: a person has stopped the pool or paused one of them. Null where it may go on. */
  async haltedBecause(names: readonly string[]): Promise<string | null> {
    const stopped = await this.stoppedBecause();
    if (stopped !== null) return `the pool is stopped: ${stopped}`;
    const paused = (await this.#tables.rows()).find(({ name, state }) => state === 'paused' && names.includes(name));
    return paused === undefined ? null : `account ${paused.name} is paused: ${paused.state_cause}`;
  }

  /** @param because null lets the pool run again. */
  async stop(because: string | null): Promise<void> {
    await this.#tables.database.kysely.updateTable('live_pool').set({ stopped_because: because }).execute();
  }

  /**
   * Writes down what accounts are about to do, all of it or nothing.
   *
   * @param number where the account is not in the pool. @param leases under which they do it.
   * @throws NotAllowedYet with the latest moment of all refusals; DeviceLost.
   */
  async request(
    requests: readonly Omit<PoolRequest, 'number'>[],
    { number = null, leases = [] }: { number?: string | null; leases?: readonly DeviceLease[] } = {},
  ): Promise<void> {
    await this.#tables.locked(async (tx, now, stopped) => {
      await this.leases.check(leases, tx, now);
      const history = await readPoolHistory(tx, now);
      for (const request of requests) {
        const wish = { ...request, number: await this.#keyOf(tx, request.account, number) };
        const refusal = refusalOf(this.#policy, history, wish, now, stopped);
        if (refusal) throw new NotAllowedYet(wish, refusal.until, refusal.why);
        history.push({ ...wish, at: now, until: null });
        await insertEvent(tx, { ...wish, at: now, until: null });
      }
    });
  }

  /**
   * The phone that took the code of a new account has shown its number: what was asked of it counts for the number from now on.
   *
   * @param kind what was asked of the phone.
   * @throws NotAllowedYet where the limits of the number would have refused that, InputError as `checkNew`. Both are written down all the same.
   */
  async recognize(account: string, kind: PoolRequest['kind'], number: string): Promise<void> {
    const refused = await this.#tables.locked(async (tx, now, stopped) => {
      const key = await this.#tables.keyFor(tx, number);
      const history = await readPoolHistory(tx, now);
      const asked = history.findLastIndex((event) => event.account === account && event.kind === kind);
      await countFor(tx, account, key);
      const wish = { account, kind, number: key };
      const refusal = refusalOf(this.#policy, history.toSpliced(asked, asked < 0 ? 0 : 1), wish, now, stopped);
      if (refusal) return new NotAllowedYet(wish, refusal.until, refusal.why);
      return this.#refusalOfNew(tx, account, key);
    });
    if (refused) throw refused;
  }

  /** Writes down what happened to an account. @param number where the account is not in the pool. */
  async note(account: string, kind: PoolEventKind, until: number | null = null, number?: string): Promise<void> {
    await this.#tables.locked(async (tx, now) => {
      await insertEvent(tx, { account, number: await this.#keyOf(tx, account, number ?? null), kind, at: now, until });
    });
  }

  /** Needs no key: a person can stop an account from any machine. @param because words of a person, or a code. */
  async setState(name: string, state: LiveAccountState, because: string | null): Promise<void> {
    await this.#tables.row(name);
    await this.#tables.database.kysely
      .updateTable('live_accounts')
      .set({ state, state_cause: because })
      .where('name', '=', name)
      .execute();
  }

  /** A person has opened the phone of the account. */
  async phoneSeen(name: string): Promise<void> {
    await this.#tables.row(name);
    const { kysely, now } = this.#tables.database;
    await kysely.updateTable('live_accounts').set({ phone_seen_at: now }).where('name', '=', name).execute();
  }

  /**
   * @throws InputError for a name that is taken or cannot be one, for a number of which the pool has enough devices, and where the pool is
   *   sealed with another key.
   */
  async checkNew(name: string, number: string | null): Promise<void> {
    const refused = await this.#tables.locked(async (tx) =>
      this.#refusalOfNew(tx, name, await this.#tables.keyFor(tx, number ?? ''), number !== null),
    );
    if (refused) throw refused;
  }

  async #refusalOfNew(
    tx: Transaction<LiveTables>,
    name: string,
    key: string,
    isNumberKnown = true,
  ): Promise<InputError | null> {
    if (!accountName.test(name))
      return new InputError(`account ${name}: a name has 1 to 64 characters of a-z, 0-9 and "-"`);
    if (numberInName.test(name))
      return new InputError(
        `account ${name}: a name is in every record, so it has no phone number in it: not more than 6 digits in a row`,
      );
    const rows = await this.#tables.rows(tx);
    if (rows.some((row) => row.name === name))
      return new InputError(`account ${name}: there is one already; remove it first, or choose another name`);
    const same = isNumberKnown ? rows.filter(({ number_key }) => number_key === key) : [];
    if (same.length < this.#policy.devicesPerNumber) return null;
    const names = same.map((row) => row.name).join(' and ');
    return new InputError(`account ${name}: the pool has ${names} of this number, and the policy allows no more`);
  }

  /**
   * Adds an account that has just been linked. What was asked of its phone while the number was not known counts for the number too.
   *
   * @throws InputError as `checkNew`, also where another machine has added the name meanwhile.
   */
  async add(
    name: string,
    { number, library, browserMajor, browserProduct }: NewAccount,
    saved: SavedProfile,
  ): Promise<void> {
    await this.#tables.locked(async (tx, now) => {
      const key = await this.#tables.keyFor(tx, number);
      const refused = await this.#refusalOfNew(tx, name, key);
      if (refused) throw refused;
      await tx
        .insertInto('live_accounts')
        .values({
          ...{ name, state: 'active', state_cause: null, library, lease_owner: null },
          ...{ browser_major: browserMajor, browser_product: browserProduct },
          ...{ number: this.#tables.seal(number, name), number_key: key, ...saved, saved_at: now },
          ...{ linked_at: now, phone_seen_at: now },
        })
        .execute();
      await countFor(tx, name, key);
      await insertEvent(tx, { account: name, number: key, kind: 'link', at: now, until: null });
    });
  }

  /**
   * Removes an account; what it did stays. Its device is still listed on the phone. Needs no key.
   *
   * @returns the name of its profile in the store.
   * @throws InputError where there is none; NotAllowedYet for one that is leased.
   */
  async remove(name: string): Promise<string> {
    return this.#tables.locked(async (tx, now) => {
      const row = await this.#tables.row(name, tx);
      const use = useOf(listedAccount(row, now));
      if (use) throw new NotAllowedYet({ kind: 'unlink', account: name }, use.until, use.why);
      await tx.deleteFrom('live_accounts').where('name', '=', name).execute();
      await insertEvent(tx, { account: name, number: row.number_key, kind: 'unlink', at: now, until: null });
      return row.blob_name;
    });
  }

  /** Seals all numbers with the first key. @throws InputError for one that none of the keys opens; then nothing was changed. */
  async sealAnew(): Promise<void> {
    await this.#tables.locked((tx) => this.#tables.sealAnew(tx));
  }

  /** @param number where the account is not in the pool. */
  #keyOf(tx: Transaction<LiveTables>, account: string, number: string | null): Promise<string | null> {
    return number === null ? this.#tables.keyOf(tx, account) : this.#tables.keyFor(tx, number);
  }
}

/** What an account did while its number was not known counts for the number. */
async function countFor(tx: Transaction<LiveTables>, account: string, key: string): Promise<void> {
  const unnumbered = tx.updateTable('live_events').where('account', '=', account).where('number_key', 'is', null);
  await unnumbered.set({ number_key: key }).execute();
}
