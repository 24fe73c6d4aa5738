import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

/** How long a writer waits for another process's write, in milliseconds; a write takes about one. */
const lockTimeoutMs = 15_000;

/** What a statement answers, in the words of Kysely. */
export interface StatementResult {
  rows: unknown[];
  insertId?: bigint;
  numAffectedRows?: bigint;
}

/** An open SQLite file, in this thread or in one of its own. */
export interface SqliteFile {
  run(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  /** Runs all statements of a text. */
  runAll(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file in this thread, which waits while SQLite works, and up to 15 s while another process writes. */
export function openHere(file: string): SqliteFile {
  const database = new DatabaseSync(file, { timeout: lockTimeoutMs });
  try {
    database.exec('pragma journal_mode = wal');
    // In WAL mode a power cut can lose the last records but never damages the file; an fsync per record is not worth that.
    database.exec('pragma synchronous = normal');
  } catch (error) {
    database.close();
    throw error;
  }
  return fileOf(database);
}

/** Opens a file in this thread to read from it: it has to be there, and no statement can change it. */
export function openToRead(file: string): SqliteFile {
  const database = new DatabaseSync(file, { timeout: lockTimeoutMs, readOnly: true });
  return fileOf(database);
}

function fileOf(database: DatabaseSync): SqliteFile {
  return {
    run: async (sql, parameters) => runStatement(database, sql, parameters as SQLInputValue[]),
    runAll: async (text) => database.exec(text),
    close: async () => database.close(),
  };
}

function runStatement(database: DatabaseSync, sql: string, parameters: SQLInputValue[]): StatementResult {
  // SQLite rolls back by itself where the disk is full; the error of a second rollback would hide that one.
  if (sql === 'rollback' && !database.isTransaction) return { rows: [] };
  const statement = database.prepare(sql);
  if (statement.columns().length > 0) return { rows: statement.all(...parameters) };
  const { changes, lastInsertRowid } = statement.run(...parameters);
  return { rows: [], insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes) };
}
