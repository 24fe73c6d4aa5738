import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, type LogEvent, type RawBuilder, sql, type Transaction } from 'kysely';
import { isConflict } from './database-errors.ts';

export type Engine = 'mysql' | 'sqlite';

/** How often a transaction that lost against another one is tried again. */
const conflictRetries = 8;

/** The connections of a pool, and how much work waits for one. */
export interface PoolUse {
  inUse: number;
  free: number;
  waiting: number;
}

/** How a database is used, for metrics. */
export class DatabaseLoad {
  /** Null for a database without a pool. */
  readonly pool: () => PoolUse | null;
  /** Called with each statement that has ended: how many milliseconds it took, and whether it succeeded. */
  onStatement: (tookMs: number, succeeded: boolean) => void = () => {};

  constructor(pool: () => PoolUse | null = () => null) {
    this.pool = pool;
  }

  /** The `log` of a Kysely. */
  readonly log: (event: LogEvent) => void = ({ level, queryDurationMillis }) =>
    this.onStatement(queryDurationMillis, level === 'query');
}

/** One database, MySQL or SQLite, behind the same typed queries. */
export class Database<Tables> {
  readonly engine: Engine;
  readonly kysely: Kysely<Tables>;
  /** What messages call it; holds no password. */
  readonly name: string;
  /** Names of the migrations that ran when it was opened. */
  readonly migrated: readonly string[];
  /** The database's own clock in milliseconds since 1970: clocks of instances differ. */
  readonly now: RawBuilder<number>;
  readonly load: DatabaseLoad;

  /** @param now an expression for another clock, for replays of what took days. */
  constructor(
    engine: Engine,
    kysely: Kysely<Tables>,
    name: string,
    migrated: readonly string[],
    now: RawBuilder<number> = clockOf(engine),
    load: DatabaseLoad = new DatabaseLoad(),
  ) {
    this.engine = engine;
    this.kysely = kysely;
    this.name = name;
    this.migrated = migrated;
    this.now = now;
    this.load = load;
  }

  /**
   * Runs `work` in one transaction. When the engine sacrifices it to break a deadlock, all of it is run again: `work` must
   * have no effect outside the database.
   */
  async transaction<T>(work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> {
    for (let retry = 0; ; retry++) {
      try {
        return await this.kysely.transaction().execute(work);
      } catch (error) {
        if (!isConflict(error) || retry === conflictRetries) throw error;
        await sleep(Math.random() * 10 * 2 ** retry);
      }
    }
  }

  /** Adds row locks to a select of a transaction. SQLite needs none: its transactions hold the only write lock. */
  locked<Query extends { forUpdate(): Query }>(query: Query): Query {
    return this.engine === 'mysql' ? query.forUpdate() : query;
  }

  /** Like `locked`, but skips rows that another transaction has locked. */
  lockedOrSkipped<Query extends { forUpdate(): Query; skipLocked(): Query }>(query: Query): Query {
    return this.engine === 'mysql' ? query.forUpdate().skipLocked() : query;
  }

  /** Settles when the database answers. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.kysely);
  }

  async close(): Promise<void> {
    await this.kysely.destroy();
  }
}

function clockOf(engine: Engine): RawBuilder<number> {
  return engine === 'mysql'
    ? sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)`
    : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
}
