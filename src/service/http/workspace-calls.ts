import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

const minuteMs = 60_000;
/** How long a quota is believed without asking the database again, in milliseconds. */
const rememberMs = 2_000;

/**
 * Counts the calls of workspaces that have a quota of calls a minute. All instances count together, in the database; a minute is one of
 * the clock.
 */
export class WorkspaceCalls {
  readonly #database: ServiceDatabase;
  readonly #quotas = new Map<WorkspaceId, { most: number | null; until: number }>();
  /** The minute in which the quota of a workspace was used up: further calls need no database. */
  readonly #usedUp = new Map<WorkspaceId, number>();

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Counts one call. @throws Problem `too-many-requests` */
  async count(workspace: WorkspaceId): Promise<void> {
    const most = await this.#quota(workspace);
    if (most === null) return;
    const now = Date.now();
    const minute = Math.floor(now / minuteMs);
    if (this.#usedUp.get(workspace) !== minute) {
      if ((await this.#add(workspace, minute)) <= most) return;
      this.#usedUp.set(workspace, minute);
    }
    throw new Problem('too-many-requests', `The workspace may make ${most} calls a minute.`, {
      retryAfterSeconds: Math.ceil(((minute + 1) * minuteMs - now) / 1_000),
    });
  }

  /** Null without a quota, and for a workspace that there is not. */
  async #quota(workspace: WorkspaceId): Promise<number | null> {
    const known = this.#quotas.get(workspace);
    if (known && known.until > performance.now()) return known.most;
    const row = await this.#database.kysely
      .selectFrom('workspaces')
      .select('max_calls_per_minute')
      .where('id', '=', workspace)
      .executeTakeFirst();
    if (!row) return null;
    const { max_calls_per_minute: most } = row;
    this.#quotas.set(workspace, { most, until: performance.now() + rememberMs });
    return most;
  }

  /** Returns the calls of the minute, this one included. */
  async #add(workspace: WorkspaceId, minute: number): Promise<number> {
    const { kysely } = this.#database;
    const { numUpdatedRows } = await kysely
      .updateTable('workspace_calls')
      .set(({ eb }) => ({ calls: eb('calls', '+', 1) }))
      .where('workspace_id', '=', workspace)
      .where('minute', '=', minute)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) {
      try {
        await kysely.insertInto('workspace_calls').values({ workspace_id: workspace, minute, calls: 1 }).execute();
        return 1;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return this.#add(workspace, minute);
      }
    }
    const { calls } = await kysely
      .selectFrom('workspace_calls')
      .select('calls')
      .where('workspace_id', '=', workspace)
      .where('minute', '=', minute)
      .executeTakeFirstOrThrow();
    return calls;
  }
}
