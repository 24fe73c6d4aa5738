import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { home } from '../contracts/home.ts';
import { TroubleError } from '../contracts/input-error.ts';
import { Attempts } from './attempts.ts';
import { migrate } from './migrate.ts';
import { nodeSqliteDialect } from './node-sqlite-dialect.ts';
import { PlannedCells } from './planned-cells.ts';
import { Runs } from './runs.ts';
import { storeTrouble } from './store-trouble.ts';
import type { Tables } from './tables.ts';

/** Everything that is kept of runs: one repository per table. */
export interface Store {
  file: string;
  /** Names of the migrations that ran when this store was opened. */
  migrated: string[];
  runs: Runs;
  plannedCells: PlannedCells;
  attempts: Attempts;
  close(): Promise<void>;
}

/** How long a writer waits for another process's write, in milliseconds; a write takes about one. */
const lockTimeoutMs = 15_000;

/**
 * Opens the embedded store, makes it where there is none, and brings its schema up to date.
 *
 * @throws TroubleError when it cannot be opened, is damaged, or was written by a newer version of this program.
 */
export async function openStore(file = home('store.sqlite')): Promise<Store> {
  makeFolder(file);
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(file, { timeout: lockTimeoutMs });
    database = opened;
    opened.exec('pragma journal_mode = wal');
    // In WAL mode a power cut can lose the last records but never damages the file; an fsync per record is not worth that.
    opened.exec('pragma synchronous = normal');
    const migrated = migrate(opened, file);
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(opened) });
    return {
      file,
      migrated,
      runs: new Runs(db),
      plannedCells: new PlannedCells(db),
      attempts: new Attempts(db),
      close: async () => {
        await db.destroy();
        // Kysely closes only a database that it has used.
        if (opened.isOpen) opened.close();
      },
    };
  } catch (error) {
    database?.close();
    throw storeTrouble(file, error);
  }
}

function makeFolder(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TroubleError(
      `store ${file}: the folder ${dirname(file)} cannot be made (${code}); set WWEBJS_CANARY_HOME to a folder that can be written`,
    );
  }
}
