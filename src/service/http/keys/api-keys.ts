import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type MethodRules, methodRulesSchema } from '../../../contracts/service-calls.ts';
import { type ApiScope, apiScopes, type KeyRejection } from '../../../contracts/service-states.ts';
import { sha256 } from '../../../contracts/sha256.ts';
import { Problem } from '../../problems.ts';
import { type WorkspaceId, workspaceId } from '../../session-ids.ts';
import type { ApiKeyRow, ServiceDatabase, ServiceTables } from '../../tables.ts';

export interface ApiKey {
  id: string;
  name: string;
  scope: ApiScope;
  /** The only workspace that the key reaches; null for all. */
  workspace: WorkspaceId | null;
  /** Which methods of the library it may call; null for all. */
  methods: MethodRules | null;
  createdAt: number;
  expiresAt: number | null;
}

/** A key with its text, which is shown once and kept nowhere. */
export interface NewApiKey extends ApiKey {
  key: string;
}

/** True when a key with scope `has` may do what needs `needs`. */
export function allows(has: ApiScope, needs: ApiScope): boolean {
  return apiScopes.indexOf(has) >= apiScopes.indexOf(needs);
}

/** How long a key that was found is believed without asking the database again, in milliseconds. */
const rememberMs = 2_000;

/** The repository of API keys. A key looks like `wwc_<id>_<secret>`; of the secret only the hash is kept. */
export class ApiKeys {
  readonly #database: ServiceDatabase;
  readonly #found = new Map<string, { row: ApiKeyRow & { expired: number }; until: number }>();

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /**
   * @param workspace the only workspace that the key reaches; null for all, also those of the future.
   * @param methods which methods of the library it may call; null for all.
   */
  async create(
    name: string,
    scope: ApiScope,
    workspace: WorkspaceId | null = null,
    methods: MethodRules | null = null,
  ): Promise<NewApiKey> {
    const id = randomBytes(6).toString('hex');
    const secret = randomBytes(32).toString('hex');
    const { kysely, now } = this.#database;
    const row = { id, name, scope, workspace_id: workspace, methods: methods && JSON.stringify(methods) };
    const secret_sha256 = hashOf(secret, workspace);
    await kysely
      .insertInto('api_keys')
      .values({ ...row, secret_sha256, created_at: now, expires_at: null })
      .execute();
    return { ...(await this.#get(id)), key: `wwc_${id}_${secret}` };
  }

  /** The key that a caller sent, or why it is rejected. */
  async find(text: string): Promise<ApiKey | KeyRejection> {
    const [, id, secret] = /^wwc_([0-9a-f]{12})_([0-9a-f]{64})$/.exec(text) ?? [];
    if (!id || !secret) return 'unknown';
    const row = await this.#read(id);
    if (!row) return 'unknown';
    const given = Buffer.from(hashOf(secret, row.workspace_id));
    if (!timingSafeEqual(given, Buffer.from(row.secret_sha256))) return 'unknown';
    return row.expired ? 'expired' : fromRow(row);
  }

  async list(): Promise<ApiKey[]> {
    const rows = await this.#database.kysely.selectFrom('api_keys').selectAll().orderBy('created_at').execute();
    return rows.map(fromRow);
  }

  /**
   * A new key with the same name, scope and workspace; the old one works for another `overlapMs`, or until it would have ended anyway.
   *
   * @throws Problem `key-unknown`, `key-expired`
   */
  async rotate(id: string, overlapMs: number): Promise<NewApiKey> {
    const { name, scope, workspace, methods } = await this.#get(id);
    if (await this.#hasExpired(id)) throw new Problem('key-expired');
    const fresh = await this.create(name, scope, workspace, methods);
    await this.#expire(id, overlapMs);
    this.#found.delete(id);
    return fresh;
  }

  /** @throws Problem `key-unknown`, `key-is-last` */
  async revoke(id: string): Promise<void> {
    await this.#get(id);
    await this.#database.transaction(async (tx) => {
      const lasting = tx
        .selectFrom('api_keys')
        .select('id')
        .where('scope', '=', 'admin')
        // A key of one workspace can make no key.
        .where('workspace_id', 'is', null)
        .where('expires_at', 'is', null);
      // Locked, or two admins who revoke each other at the same moment leave no key.
      const admins = await this.#database.locked(lasting).execute();
      if (admins.length === 1 && admins[0]?.id === id) throw new Problem('key-is-last');
      await this.#expire(id, 0, tx);
    });
    this.#found.delete(id);
  }

  /** True when there is a key that can be used. */
  async any(): Promise<boolean> {
    const { kysely, now } = this.#database;
    const row = await kysely
      .selectFrom('api_keys')
      .select('id')
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async #read(id: string): Promise<(ApiKeyRow & { expired: number }) | null> {
    const known = this.#found.get(id);
    if (known && known.until > performance.now()) return known.row;
    const row = await this.#database.kysely
      .selectFrom('api_keys')
      .selectAll()
      .select((select) => select('expires_at', '<=', this.#database.now).as('expired'))
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) return null;
    const found = { ...row, expired: Number(row.expired ?? 0) };
    this.#found.set(id, { row: found, until: performance.now() + rememberMs });
    return found;
  }

  async #get(id: string): Promise<ApiKey> {
    const row = await this.#database.kysely.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw new Problem('key-unknown');
    return fromRow(row);
  }

  async #hasExpired(id: string): Promise<boolean> {
    const { kysely, now } = this.#database;
    const ended = kysely.selectFrom('api_keys').select('id').where('id', '=', id).where('expires_at', '<=', now);
    return (await ended.executeTakeFirst()) !== undefined;
  }

  /** A key that ends sooner keeps its end: nothing extends the life of a key. */
  async #expire(id: string, afterMs: number, database: Kysely<ServiceTables> = this.#database.kysely): Promise<void> {
    const { now } = this.#database;
    await database
      .updateTable('api_keys')
      .set(({ eb }) => ({ expires_at: eb(now, '+', afterMs) }))
      .where('id', '=', id)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', where(now, '+', afterMs))]))
      .execute();
  }
}

/**
 * The hash covers the workspace, so that the key of a workspace is worth nothing where the workspace is not known: in instances of a
 * version without such keys, and in a row whose workspace was changed.
 */
function hashOf(secret: string, workspace: string | null): string {
  return sha256(workspace === null ? secret : `${secret} ${workspace}`);
}

function fromRow({ id, name, scope, workspace_id, methods: rules, created_at, expires_at }: ApiKeyRow): ApiKey {
  const workspace = workspace_id === null ? null : workspaceId(workspace_id);
  const methods = rules === null ? null : methodRulesSchema.parse(JSON.parse(rules));
  return { id, name, scope, workspace, methods, createdAt: created_at, expiresAt: expires_at };
}
