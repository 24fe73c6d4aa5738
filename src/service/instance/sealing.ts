import { sql } from 'kysely';
import { InputError } from '../../contracts/input-error.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { goneMs } from '../leases/instances.ts';
import { SealBroken } from '../seal.ts';
import type { Sealer } from '../sealer.ts';
import type { ServiceDatabase } from '../tables.ts';

/** Between two searches for texts that are not sealed with the first key, in milliseconds. */
const searchEveryMs = 3_600_000;
/** Rows that are read at once. */
const batch = 100;

/** The columns with sealed texts, each with the column of what its text belongs to. */
const sealedColumns = [
  { table: 'webhooks', column: 'secret', owner: 'id' },
  { table: 'webhook_outbox', column: 'detail', owner: 'account_id' },
  { table: 'webhook_deliveries', column: 'body', owner: 'id' },
  { table: 'outgoing_texts', column: 'body', owner: 'id' },
  { table: 'library_events', column: 'detail', owner: 'id' },
  { table: 'whatsapp_accounts', column: 'proxy_credentials', owner: 'id' },
] as const;
type SealedColumn = (typeof sealedColumns)[number];

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
    const { kysely } = this.#database;
    await kysely
      .updateTable('webhook_deliveries')
      .set({ body: '' })
      .where('state', '=', 'delivered')
      .where('body', '!=', '')
      .execute();
    for (const sealed of sealedColumns) await this.#sealColumn(sealed);
  }

  async #sealColumn({ table, column, owner }: SealedColumn): Promise<void> {
    const { kysely } = this.#database;
    const names = { table: sql.table(table), column: sql.ref(column), owner: sql.ref(owner) };
    // The other entries of the outbox hold no text, and triggers write them.
    const only = table === 'webhook_outbox' ? sql`type = 'message'` : sql`1 = 1`;
    let after = sql`1 = 1`;
    for (;;) {
      const { rows } = await sql<{ id: string | number; owner: string; kept: string }>`
        select id, ${names.owner} as owner, ${names.column} as kept from ${names.table}
        where ${only} and ${after} and ${names.column} <> '' and ${names.column} not like ${`sealed:${this.#sealer.keyId}:%`}
        order by id limit ${batch}`.execute(kysely);
      for (const row of rows) {
        const text = openedWith(this.#sealer, row.kept, row.owner);
        if (text === null) continue;
        await sql`
          update ${names.table} set ${names.column} = ${this.#sealer.seal(text, row.owner)}
          where id = ${row.id} and ${names.column} = ${row.kept}`.execute(kysely);
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

/** Null for a text that none of the keys opens: it stays unchanged. */
function openedWith(sealer: Sealer, text: string, owner: string): string | null {
  try {
    return sealer.open(text, owner);
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}
