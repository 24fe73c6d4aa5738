import { sql } from 'kysely';
import { leaseMs } from '../service/leases/lease.ts';
import { type WorkspaceId, workspaceId } from '../service/session-ids.ts';
import type { ServiceDatabase } from '../service/tables.ts';
import type { Course } from './courses.ts';
import type { ReplayedHost } from './replayed-hosts.ts';
import { ReplayedInstance } from './replayed-instance.ts';
import type { LinkEnd, LinkStep, Restart, StudiedLink, StudiedService } from './studied-service.ts';
import type { ReplayClock } from './study-database.ts';

export interface NewServiceOptions {
  database: ServiceDatabase;
  clock: ReplayClock;
  folder: string;
  library: string;
  /** False for the restoration of the incident, which restores no session with its account. */
  accountIds: boolean;
  /** The course of the library when the session of a number is restored. */
  restoring(phone: string): Course;
}

/** The service of this project with its real sessions, links, accounts and leases. Only hosts and time are replayed. */
export class NewService implements StudiedService {
  readonly accountsTable = 'whatsapp_accounts';
  readonly historyTable = 'account_history';
  readonly #options: NewServiceOptions;
  readonly #workspace: WorkspaceId;
  readonly #phones = new Map<string, string>();
  /** Accounts whose first login was not yet accepted. */
  readonly #linking = new Set<string>();
  #instance: ReplayedInstance;

  private constructor(options: NewServiceOptions) {
    this.#options = options;
    this.#workspace = workspaceId('studied');
    this.#instance = this.#newInstance();
  }

  static async start(options: NewServiceOptions): Promise<NewService> {
    const { kysely, now } = options.database;
    await kysely.insertInto('workspaces').values({ id: 'studied', name: 'studied', created_at: now }).execute();
    return new NewService(options);
  }

  async link(phone: string): Promise<StudiedLink | null> {
    const host = await this.#instance.link(this.#workspace, phone);
    if (!host) return null;
    const { account } = host;
    this.#linking.add(account);
    return {
      account,
      showCode: async () => {
        await this.#instance.tell(account, 'client:qr', 'code');
      },
      authenticated: async () => {
        this.#linking.delete(account);
        return stepOf(await this.#instance.tell(account, 'client:authenticated', 'authenticated'));
      },
      ready: async () => stepOf(await this.#instance.tell(account, 'client:ready', 'connected')),
      end: (how) => this.#end(account, how),
    };
  }

  async up(): Promise<ReadonlySet<string>> {
    const rows = await this.#options.database.kysely
      .selectFrom('whatsapp_accounts')
      .innerJoin('sessions', 'sessions.id', 'whatsapp_accounts.session_id')
      .select('whatsapp_accounts.id')
      .where('status', '=', 'connected')
      .where('lease_owner', '=', this.#instance.id)
      .execute();
    return new Set(rows.map(({ id }) => id));
  }

  async restart(how: Restart, at: number): Promise<ReadonlySet<string>> {
    const { clock } = this.#options;
    if (how === 'in-order') await this.#instance.stop();
    await clock.moveTo(at + (how === 'killed' ? leaseMs + 1 : 0));
    if (how === 'killed') await this.#instance.giveUp();
    this.#instance = this.#newInstance();
    if (!this.#options.accountIds) {
      await this.#loseAll();
      return new Set();
    }
    await this.#restoreAll();
    return new Set(this.#linking);
  }

  async close(): Promise<void> {
    await this.#instance.stop();
  }

  #newInstance(): ReplayedInstance {
    const { database, folder, library } = this.#options;
    return new ReplayedInstance({
      database,
      folder,
      library,
      phones: this.#phones,
      tookOn: (host) => this.#restore(host),
    });
  }

  async #end(account: string, how: LinkEnd): Promise<LinkStep> {
    this.#linking.delete(account);
    await this.#instance.tell(account, how, 'ended');
    if (this.#options.accountIds) await this.#restoreAll();
    const { status } = await this.#options.database.kysely
      .selectFrom('whatsapp_accounts')
      .select('status')
      .where('id', '=', account)
      .executeTakeFirstOrThrow();
    return stepOf(status !== 'inactive');
  }

  /** Sessions that the service restores by itself: first those that may start now, then those that wait for their backoff. */
  async #restoreAll(): Promise<void> {
    const { database, clock } = this.#options;
    while (true) {
      await this.#instance.takeOnAll();
      const { next } = await database.kysely
        .selectFrom('sessions')
        .select((select) => select.fn.min('next_start_at').as('next'))
        .where('wanted', '=', 1)
        .where('attention_at', 'is', null)
        .where('lease_owner', 'is', null)
        .executeTakeFirstOrThrow();
      if (next === null) return;
      await clock.moveDatabaseTo(Number(next));
      await this.#instance.renew();
    }
  }

  async #restore({ account }: ReplayedHost): Promise<void> {
    if (this.#linking.has(account)) return;
    const { reaches, says } = this.#options.restoring(this.#phones.get(account) as string);
    const instance = this.#instance;
    if (reaches === 'nothing' || reaches === 'code') {
      await instance.tell(account, says ?? 'start-timeout', 'ended');
      return;
    }
    await instance.tell(account, 'client:authenticated', 'authenticated');
    if (reaches === 'ready') await instance.tell(account, 'client:ready', 'connected');
    else await instance.tell(account, says ?? 'ready-timeout', 'ended');
  }

  /** A session created without its account has no owner: no write about it matches its row. */
  async #loseAll(): Promise<void> {
    this.#linking.clear();
    await sql`update sessions set wanted = 0`.execute(this.#options.database.kysely);
  }
}

/** A session that ended early was superseded: every other problem is thrown. */
function stepOf(isAsWanted: boolean): LinkStep {
  return isAsWanted ? 'done' : 'superseded';
}
