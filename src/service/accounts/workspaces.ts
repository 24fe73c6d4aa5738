import { randomUUID } from 'node:crypto';
import { Problem } from '../problems.ts';
import { type WorkspaceId, workspaceId } from '../session-ids.ts';
import type { ServiceDatabase, WorkspaceRow } from '../tables.ts';

export interface Workspace {
  id: WorkspaceId;
  name: string;
  createdAt: number;
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

  /** At most `limit` workspaces, sorted by id, starting after `after`. */
  async list(limit: number, after: WorkspaceId | null): Promise<Workspace[]> {
    let query = this.#database.kysely.selectFrom('workspaces').selectAll().orderBy('id').limit(limit);
    if (after !== null) query = query.where('id', '>', after);
    return (await query.execute()).map(fromRow);
  }
}

function fromRow(row: WorkspaceRow): Workspace {
  return { id: workspaceId(row.id), name: row.name, createdAt: row.created_at };
}
