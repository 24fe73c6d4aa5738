import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import { createPool, type Pool } from 'mysql2';
import type { PoolUse } from './database.ts';

/** A statement that takes longer is abandoned with its connection: a network that swallows packets gives no error by itself. */
const statementTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;

/** `fatal` where the connection has ended with it. */
type DriverFailure = NodeJS.ErrnoException & { fatal?: boolean };

interface RawConnection extends MysqlPoolConnection {
  destroy(): void;
}

/** A pool that says how it is used. */
export interface WatchedPool extends MysqlPool {
  use(): PoolUse;
}

/** A pool of at most `size` connections in which no statement waits for ever. */
export function mysqlPool(url: string, size: number): WatchedPool {
  const use = { inUse: 0, waiting: 0 };
  const pool = createPool({
    uri: url,
    connectionLimit: size,
    connectTimeout: connectTimeoutMs,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
  });
  return {
    getConnection: (callback) => getConnection(pool, use, callback),
    end: (callback) => pool.end(callback),
    use: () => ({ ...use, free: size - use.inUse }),
  };
}

const prepared = new WeakMap<object, MysqlPoolConnection>();

type PoolCounts = Omit<PoolUse, 'free'>;

function getConnection(pool: Pool, use: PoolCounts, callback: Parameters<MysqlPool['getConnection']>[0]): void {
  let waiting = true;
  use.waiting++;
  const settle: typeof callback = (error, connection) => {
    if (connection) use.inUse++;
    if (waiting) {
      use.waiting--;
      callback(error, connection);
    } else connection?.release();
    waiting = false;
    clearTimeout(timer);
  };
  // All connections may be stuck in statements of an unreachable server.
  const timer = setTimeout(() => settle(timedOut('no connection came free'), undefined as never), statementTimeoutMs);
  pool.getConnection((error, raw) => {
    if (error || !raw) return settle(error, undefined as never);
    let guarded = prepared.get(raw);
    if (!guarded) {
      guarded = guardedConnection(raw as unknown as RawConnection, use);
      prepared.set(raw, guarded);
    }
    settle(null, guarded);
  });
}

function guardedConnection(raw: RawConnection, use: PoolCounts): MysqlPoolConnection {
  /** The error that ended the connection. Later queries on it report the same error: a failing rollback must not hide it. */
  let dead: DriverFailure | null = null;
  const query = ((sql: string, parameters: readonly unknown[], callback: (error: unknown, result: unknown) => void) => {
    if (dead) return callback(dead, undefined);
    let waiting = true;
    const timer = setTimeout(() => {
      waiting = false;
      dead = timedOut('the statement did not end');
      raw.destroy();
      callback(dead, undefined);
    }, statementTimeoutMs);
    raw.query(sql, parameters, (error: unknown, result: unknown) => {
      if (!waiting) return;
      waiting = false;
      clearTimeout(timer);
      const failure = error as DriverFailure | null;
      if (failure?.fatal) dead = failure;
      callback(error, result);
    });
  }) as unknown as MysqlPoolConnection['query'];
  return {
    query,
    release: () => {
      use.inUse--;
      if (dead) raw.destroy();
      else raw.release();
    },
  } as MysqlPoolConnection;
}

function timedOut(what: string): DriverFailure {
  return Object.assign(new Error(`the database does not answer: ${what} in ${statementTimeoutMs / 1000} s`), {
    code: 'ETIMEDOUT',
  });
}
