import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ServiceDatabase } from '../service/tables.ts';
import type { Course } from './courses.ts';
import { createOldAccounts, isTaken, oldLink, repairedLink, setOldStatus } from './old-accounts.ts';
import type { Restart, StudiedLink, StudiedService } from './studied-service.ts';

const workspace = 'studied';

export interface OldServiceOptions {
  /** Whether links start with the repair of the time. */
  repaired: boolean;
  /** Whether restoration knows the account of each session. */
  accountIds: boolean;
  /** The course of the library when the session of a number is restored. */
  restoring(phone: string): Course;
}

/**
 * The service at the time of the incident, as far as it is known: it writes rows only on events of the library, and nothing
 * changes a row without one. `createSession(session, workspace)` without the account loses every session at a restart.
 */
export class OldService implements StudiedService {
  readonly accountsTable = 'old_accounts';
  readonly historyTable = 'old_account_history';
  readonly #database: ServiceDatabase;
  readonly #options: OldServiceOptions;
  #up = new Set<string>();

  private constructor(database: ServiceDatabase, options: OldServiceOptions) {
    this.#database = database;
    this.#options = options;
  }

  static async start(database: ServiceDatabase, options: OldServiceOptions): Promise<OldService> {
    await createOldAccounts(database.kysely);
    return new OldService(database, options);
  }

  async link(phone: string): Promise<StudiedLink | null> {
    const account = randomUUID();
    const begin = this.#options.repaired ? repairedLink : oldLink;
    if (!(await isTaken(begin(this.#database.kysely, account, { workspace, phone })))) return null;
    return {
      account,
      showCode: async () => {},
      authenticated: async () => ((await this.#move(account, 'authenticated')) ? 'done' : 'duplicate'),
      ready: async () => {
        if (!(await this.#move(account, 'connected'))) return 'duplicate';
        this.#up.add(account);
        return 'done';
      },
      // No code updates the row, so it stays stuck.
      end: async () => 'done',
    };
  }

  async up(): Promise<ReadonlySet<string>> {
    return new Set(this.#up);
  }

  /** A pending link has no login to restore, so it is lost either way. */
  async restart(_how: Restart): Promise<ReadonlySet<string>> {
    this.#up = new Set();
    if (this.#options.accountIds) {
      const { rows } = await sql<{ id: string; phone: string }>`select id, phone from old_accounts
        where status in ('authenticated', 'connected') order by phone, status`.execute(this.#database.kysely);
      for (const { id, phone } of rows) if (await this.#restore(id, phone)) this.#up.add(id);
    }
    return new Set();
  }

  async close(): Promise<void> {}

  async #restore(account: string, phone: string): Promise<boolean> {
    const { reaches } = this.#options.restoring(phone);
    if (reaches !== 'authenticated' && reaches !== 'ready') return false;
    if (!(await this.#move(account, 'authenticated'))) return false;
    return reaches === 'ready' && (await this.#move(account, 'connected'));
  }

  #move(account: string, status: string): Promise<boolean> {
    return isTaken(setOldStatus(this.#database.kysely, account, status));
  }
}
