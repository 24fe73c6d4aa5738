import { randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { Problem } from '../problems.ts';
import { type WorkspaceId, workspaceId } from '../session-ids.ts';
import type { ServiceDatabase, WorkspaceRow } from '../tables.ts';

export interface Workspace {
  id: WorkspaceId;
  name: string;
  quotas: Quotas;
  createdAt: number;
}

/** Null where there is no quota. */
export interface Quotas {
  /** Accounts that hold their number. */
  accounts: number | null;
  /** Links that wait for the scan of their code. */
  startingLinks: number | null;
  callsPerMinute: number | null;
}

/** Reads and writes `workspaces`. */
export class Workspaces {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  async create(name: string): Promise<Workspace> {
    const id = workspaceId(randomUUID());
    const { kysely, now } = this.#database;
    await kysely.insertInto('workspaces').values({ id, name, created_at: now }).execute();
    return this.get(id);
  }

  /** @throws Problem `workspace-unknown` */
  async get(id: WorkspaceId): Promise<Workspace> {
    const row = await this.#database.kysely
      .selectFrom('workspaces')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row) throw new Problem('workspace-unknown');
    return fromRow(row);
  }

  /** @throws Problem `workspace-unknown` */
  async setQuotas(id: WorkspaceId, { accounts, startingLinks, callsPerMinute }: Quotas): Promise<Workspace> {
    await this.#database.kysely
      .updateTable('workspaces')
      .set({ max_accounts: accounts, max_starting_links: startingLinks, max_calls_per_minute: callsPerMinute })
      .where('id', '=', id)
      .execute();
    return this.get(id);
  }

  /** At most `limit` workspaces, sorted by id, starting after `after`. */
  async list(limit: number, after: WorkspaceId | null): Promise<Workspace[]> {
    let query = this.#database.kysely.selectFrom('workspaces').selectAll().orderBy('id').limit(limit);
    if (after !== null) query = query.where('id', '>', after);
    return (await query.execute()).map(fromRow);
  }
}

function fromRow(row: Selectable<WorkspaceRow>): Workspace {
  const quotas = {
    accounts: row.max_accounts,
    startingLinks: row.max_starting_links,
    callsPerMinute: row.max_calls_per_minute,
  };
  return { id: workspaceId(row.id), name: row.name, quotas, createdAt: row.created_at };
}
