import type { Transaction } from 'kysely';
import type { SessionCause } from '../../codes/codes.ts';
import { type AccountStatus, activeStatuses } from '../../contracts/service-states.ts';
import type { Lease } from '../leases/lease.ts';
import { endStart, freshStart, giveBack, holdLease } from '../leases/lease-writes.ts';
import { Problem } from '../problems.ts';
import type { AccountId, SessionIds, WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../tables.ts';
import { type Account, accountOfRow, accountRows } from './account-rows.ts';
import { lostLogins } from './lost-logins.ts';
import { deactivate, lockWorkspace } from './supersede.ts';
import { unlinkTries } from './unlinks.ts';

/** One entry of an account's history. */
export interface AccountTransition {
  seq: number;
  from: AccountStatus | 'none';
  to: AccountStatus;
  cause: string;
  library: string;
  /** The WhatsApp Web build that the page had reported by then; null when it had reported none. */
  build: string | null;
  instance: string;
  /** Milliseconds spent in `from`. */
  durationMs: number;
  at: number;
}

/** Reads accounts and writes every change of status, except those by which an account takes a number (`Links`). */
export class Accounts {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;

  constructor(database: ServiceDatabase, instanceId: string) {
    this.#database = database;
    this.#instanceId = instanceId;
  }

  /** @throws Problem `account-unknown` */
  async get(workspace: WorkspaceId, account: AccountId): Promise<Account> {
    const row = await this.#shown(workspace).where('whatsapp_accounts.id', '=', account).executeTakeFirst();
    if (!row) throw new Problem('account-unknown');
    return accountOfRow(row);
  }

  /** The account of a session, even a deleted one. */
  async of({ workspace, account }: SessionIds): Promise<Account> {
    return accountOfRow(
      await accountRows(this.#database, workspace)
        .where('whatsapp_accounts.id', '=', account)
        .executeTakeFirstOrThrow(),
    );
  }

  /** The status of an account, even of a deleted one. */
  async statusOf(ids: SessionIds): Promise<AccountStatus> {
    return (await this.of(ids)).status;
  }

  /** Why an account, even a deleted one, is inactive; null while it is active. */
  async overBy({ account }: SessionIds): Promise<string | null> {
    const row = await this.#database.kysely
      .selectFrom('whatsapp_accounts')
      .select('status_cause')
      .where('id', '=', account)
      .where('status', '=', 'inactive')
      .executeTakeFirst();
    return row?.status_cause ?? null;
  }

  /** At most `limit` transitions of an account in the given order, starting after the one numbered `after`. */
  async history(
    account: AccountId,
    limit: number,
    after: number | null = null,
    order: 'oldest' | 'newest' = 'oldest',
  ): Promise<AccountTransition[]> {
    const [comparison, direction] = order === 'oldest' ? (['>', 'asc'] as const) : (['<', 'desc'] as const);
    let query = this.#database.kysely.selectFrom('account_history').selectAll().where('account_id', '=', account);
    if (after !== null) query = query.where('seq', comparison, after);
    const rows = await query.orderBy('seq', direction).limit(limit).execute();
    return rows.map((row) => ({
      seq: row.seq,
      from: row.from_status,
      to: row.to_status,
      cause: row.cause,
      library: row.library,
      build: row.build,
      instance: row.instance_id,
      durationMs: row.duration_ms,
      at: row.at,
    }));
  }

  /** The versions that host the active accounts of a workspace. */
  async librariesOf(workspace: WorkspaceId): Promise<string[]> {
    const rows = await this.#database.kysely
      .selectFrom('whatsapp_accounts')
      .select('library')
      .distinct()
      .where('workspace_id', '=', workspace)
      .where('status', 'in', activeStatuses)
      .orderBy('library')
      .execute();
    return rows.map(({ library }) => library);
  }

  /**
   * The login was accepted. An account that is `authenticated` already does not change.
   *
   * @throws LeaseLost
   */
  async authenticated(lease: Lease): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await tx
        .updateTable('whatsapp_accounts')
        .set({ status: 'authenticated', status_cause: 'scanned', instance_id: lease.owner, lease_token: lease.token })
        .where('id', '=', lease.ids.account)
        .where('status', '!=', 'authenticated')
        .execute();
      await tx.deleteFrom('link_codes').where('session_id', '=', lease.ids.session).execute();
    });
  }

  /**
   * The account needs a new link: no instance runs its session again, except to unlink a device that the phone may list.
   *
   * @returns true when a login is lost with it; false for a link that never was connected.
   * @throws LeaseLost
   */
  async fail(
    lease: Lease,
    cause: SessionCause,
    { isRefused = false, unlinks = false }: { isRefused?: boolean; unlinks?: boolean } = {},
  ): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      await endStart(tx, this.#database, lease, 'failed', { code: cause, isRefused });
      await tx.deleteFrom('link_codes').where('session_id', '=', lease.ids.session).execute();
      await tx
        .updateTable('whatsapp_accounts')
        .set({ status: 'failed', status_cause: cause, instance_id: lease.owner, lease_token: lease.token })
        .where('id', '=', lease.ids.account)
        .execute();
      const ended = { wanted: 0, ...(unlinks && { unlinks_left: unlinkTries, next_start_at: 0 }) };
      await tx.updateTable('sessions').set(ended).where('id', '=', lease.ids.session).execute();
      await giveBack(tx, lease, cause);
      const loss = lostLogins(tx).select('loss.seq').where('loss.account_id', '=', lease.ids.account);
      return (await loss.limit(1).executeTakeFirst()) !== undefined;
    });
  }

  /** Makes an account inactive. The instance that runs its session loses the lease, unlinks the device and closes the session. */
  async deactivate(ids: SessionIds, cause: 'logout-asked'): Promise<void> {
    await this.#database.transaction((tx) => this.#deactivate(tx, ids, cause));
  }

  /** Makes an account inactive, erases its number and hides it. Its history stays. */
  async delete(ids: SessionIds): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await this.#deactivate(tx, ids, 'delete-asked');
      await tx
        .updateTable('whatsapp_accounts')
        .set({ phone: null, asked_phone: null, deleted_at: this.#database.now })
        .where('id', '=', ids.account)
        .execute();
    });
  }

  /**
   * Pins the version of an account, or with null leaves the choice to configuration and rollout. A session in backoff may start at
   * once: its failures say nothing about another version.
   */
  async pinLibrary({ session, account }: SessionIds, library: string | null): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const { now } = this.#database;
      const { numUpdatedRows } = await tx
        .updateTable('whatsapp_accounts')
        .set({ library_pin: library })
        .where('id', '=', account)
        .where((where) => where(where.fn.coalesce('library_pin', where.val('')), '!=', library ?? ''))
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return;
      await tx
        .updateTable('sessions')
        .set({ ...freshStart, start_cause: 'rollout' })
        .where('id', '=', session)
        .where('wanted', '=', 1)
        .where('failures', '>', 0)
        .where('lease_expires_at', '<=', now)
        .execute();
    });
  }

  async #deactivate(
    tx: Transaction<ServiceTables>,
    ids: SessionIds,
    cause: 'logout-asked' | 'delete-asked',
  ): Promise<void> {
    await lockWorkspace(this.#database, tx, ids.workspace);
    const { now } = this.#database;
    await deactivate(tx, now, { id: ids.account, session_id: ids.session }, cause, this.#instanceId);
  }

  #shown(workspace: WorkspaceId) {
    return accountRows(this.#database, workspace).where('whatsapp_accounts.deleted_at', 'is', null);
  }
}
