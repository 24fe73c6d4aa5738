import { type RawBuilder, sql } from 'kysely';
import { InputError } from '../../contracts/input-error.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { goneMs } from '../leases/instances.ts';
import type { Sealer } from '../sealer.ts';
import type { ServiceDatabase } from '../tables.ts';

/** Between two searches for texts that are not sealed with the first key, in milliseconds. */
const searchEveryMs = 3_600_000;
/** Rows that one statement looks at: tables with millions of rows are searched far below the timeout of statements, and nothing is locked. */
const batch = 1_000;

interface SealedColumn {
  table: string;
  column: string;
  /** The column of what its text belongs to. */
  owner: string;
  /** Which rows have one; all by default. */
  where?: RawBuilder<boolean>;
  /** Which of these need it no more; none by default. */
  isOver?: RawBuilder<boolean>;
}

/** The columns with sealed texts. */
const sealedColumns: readonly SealedColumn[] = [
  { table: 'webhooks', column: 'secret', owner: 'id' },
  // The other entries hold no text, and triggers write them.
  { table: 'webhook_outbox', column: 'detail', owner: 'account_id', where: sql`type = 'message'` },
  { table: 'webhook_deliveries', column: 'body', owner: 'id', isOver: sql`state = 'delivered'` },
  { table: 'outgoing_texts', column: 'body', owner: 'id' },
  { table: 'library_events', column: 'detail', owner: 'id' },
  { table: 'whatsapp_accounts', column: 'proxy_credentials', owner: 'id' },
];

/**
 * Decides when texts are sealed. Instances of a version that does not know sealed texts may work on the same database while they are
 * replaced: until the last of them has stopped, texts are written as these can read them. Then all texts that are there are sealed, and
 * after a rotation all are sealed with the new key.
 */
export class Sealing {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(database: ServiceDatabase, sealer: Sealer) {
    this.#database = database;
    this.#sealer = sealer;
  }

  /** @throws InputError when texts in the database may be sealed with a key that this instance does not have. */
  async checkKeys(): Promise<void> {
    const { keyId } = this.#sealer;
    await this.#database.transaction(async (tx) => {
      await tx
        .insertInto('seal_keys')
        .values({ id: keyId, created_at: this.#database.now })
        .execute()
        .catch((error) => {
          if (!isDuplicate(error)) throw error;
        });
      const rows = await this.#database.locked(tx.selectFrom('seal_keys').select('id')).execute();
      const missing = rows.filter(({ id }) => !this.#sealer.has(id));
      if (missing.length > 0) {
        const ids = missing.map(({ id }) => id).join(', ');
        throw new InputError(
          `database ${this.#database.name}: texts in it are sealed with a key that this instance does not have (${ids}); give all instances the same WWEBJS_CANARY_SEAL_KEY, or add that key to it after a comma`,
        );
      }
    });
  }

  /** Begins to seal as soon as it can, and seals what is there. Call it about once a minute. */
  async round(): Promise<void> {
    if (!this.#sealer.isOn) {
      if (await this.#olderRuns()) return;
      this.#sealer.begin();
    }
    if (performance.now() - this.#searchedAt < searchEveryMs) return;
    await this.#sealAll();
    await this.#forgetKeys();
    this.#searchedAt = performance.now();
  }

  /** Instances of a version that does not seal name no key. */
  async #olderRuns(): Promise<boolean> {
    const row = await this.#running().where('seal_key', 'is', null).executeTakeFirst();
    return row !== undefined;
  }

  async #sealAll(): Promise<void> {
    for (const sealed of sealedColumns) await this.#sealColumn(sealed);
  }

  async #sealColumn({ table, column, owner, where = sql`1 = 1`, isOver = sql`1 = 0` }: SealedColumn): Promise<void> {
    const { kysely } = this.#database;
    const names = { table: sql.table(table), column: sql.ref(column), owner: sql.ref(owner) };
    const sealed = `sealed:${this.#sealer.keyId}:%`;
    let after = sql`1 = 1`;
    for (;;) {
      // The other texts, which are most of them, stay in the database.
      const { rows } = await sql<{ id: string | number; owner: string; kept: string | null; done: number }>`
        select id, ${names.owner} as owner, case when ${isOver} then 1 else 0 end as done,
          case when ${names.column} <> '' and (${isOver} or ${names.column} not like ${sealed}) then ${names.column} end as kept
        from ${names.table} where ${where} and ${after} order by id limit ${batch}`.execute(kysely);
      for (const { id, owner, kept, done } of rows) {
        if (kept === null) continue;
        // What none of the keys opens stays unchanged.
        const text = done ? '' : this.#sealer.sealAnew(kept, owner);
        if (text === null) continue;
        await sql`
          update ${names.table} set ${names.column} = ${text}
          where id = ${id} and ${names.column} = ${kept}`.execute(kysely);
      }
      if (rows.length < batch) return;
      after = sql`id > ${rows.at(-1)?.id}`;
    }
  }

  /** Forgets keys that no text is sealed with and no instance seals with. */
  async #forgetKeys(): Promise<void> {
    const used = new Set((await this.#running().execute()).map(({ seal_key }) => seal_key));
    const rows = await this.#database.kysely.selectFrom('seal_keys').select('id').execute();
    for (const { id } of rows) {
      if (id === this.#sealer.keyId || used.has(id)) continue;
      await this.#database.kysely.deleteFrom('seal_keys').where('id', '=', id).execute();
    }
  }

  #running() {
    const { kysely, now } = this.#database;
    return kysely
      .selectFrom('instances')
      .select('seal_key')
      .where('stopped_at', 'is', null)
      .where('seen_at', '>', (where) => where(now, '-', goneMs));
  }
}
