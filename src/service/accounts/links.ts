import { Lease, leaseMs } from '../leases/lease.ts';
import { freshStart, holdLease } from '../leases/lease-writes.ts';
import { Problem } from '../problems.ts';
import { noOrigin, originColumns, type RequestOrigin } from '../request-origin.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';
import type { BrowserColumns } from './account-browsers.ts';
import { checkQuotas } from './check-quotas.ts';
import { type OnViolation, recordViolation, resolveCollision } from './constraint-violations.ts';
import { isSameNumber } from './is-same-number.ts';
import { deactivate, lockWorkspace, supersede } from './supersede.ts';

export interface LinkRequest {
  /** Digits of the international number; null when the caller names none. */
  phone: string | null;
  /** The library version that will host the session. */
  library: string;
  /** Set when an operator chose this version for this account. */
  libraryPin: string | null;
  /** True for a code that is typed on the phone, which an instance that takes the link over also uses; needs `phone`. */
  pairing?: boolean;
  /** Proxy and arguments of the browser; none by default. */
  browser?: BrowserColumns | null;
  /** What asked for the link; by default no request. */
  origin?: RequestOrigin;
}

/** The sessions that lost the number in this step of a link; their owners close them. */
export interface Linked {
  superseded: SessionIds[];
}

/** The two moments at which an account can take a number: when the link begins, and when `ready` reveals the number of the phone. */
export class Links {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;
  readonly #onViolation: OnViolation;

  constructor(database: ServiceDatabase, instanceId: string, onViolation: OnViolation) {
    this.#database = database;
    this.#instanceId = instanceId;
    this.#onViolation = async (outcome) => {
      await onViolation(outcome);
      await recordViolation(database, outcome);
    };
  }

  /**
   * Creates an account in `qr_scanning` and its session (`ids` are fresh), leased to this instance. Every account that holds its number,
   * even a stuck one, becomes inactive in the same transaction.
   *
   * @throws Problem `workspace-unknown`, `number-contested`, `quota-reached`
   */
  async begin(ids: SessionIds, request: LinkRequest): Promise<Linked & { lease: Lease }> {
    const superseded = await resolveCollision(() => this.#insert(ids, request), this.#onViolation);
    return { lease: new Lease(ids, this.#instanceId, 1), superseded };
  }

  /**
   * The session is ready and `phone` is its number: the account becomes connected and takes the number from older holders. If the
   * caller had named another number, the account becomes inactive instead, and other accounts do not change.
   *
   * @throws LeaseLost, Problem `number-contested`
   */
  async ready(lease: Lease, phone: string, library: string): Promise<Linked & { isOther: boolean }> {
    return resolveCollision(() => this.#connect(lease, phone, library), this.#onViolation);
  }

  #insert(
    ids: SessionIds,
    { phone, library, libraryPin, pairing = false, browser, origin = noOrigin }: LinkRequest,
  ): Promise<SessionIds[]> {
    const { now } = this.#database;
    return this.#database.transaction(async (tx) => {
      if (!(await lockWorkspace(this.#database, tx, ids.workspace))) throw new Problem('workspace-unknown');
      const number = { workspace: ids.workspace, phone: phone ?? '', except: ids.account };
      const superseded = phone === null ? [] : await supersede(tx, this.#database, number, this.#instanceId);
      await checkQuotas(tx, ids.workspace);
      await tx
        .insertInto('whatsapp_accounts')
        .values({
          id: ids.account,
          workspace_id: ids.workspace,
          session_id: ids.session,
          phone,
          asked_phone: phone,
          status: 'qr_scanning',
          status_cause: 'link-asked',
          status_since: 0,
          library,
          library_pin: libraryPin,
          instance_id: this.#instanceId,
          lease_token: 1,
          created_at: now,
          deleted_at: null,
          ...browser,
        })
        .execute();
      await tx
        .insertInto('sessions')
        .values(({ eb }) => ({
          id: ids.session,
          account_id: ids.account,
          workspace_id: ids.workspace,
          lease_owner: this.#instanceId,
          lease_token: 1,
          lease_expires_at: eb(now, '+', leaseMs),
          start_cause: 'link-asked',
          ...originColumns(origin),
        }))
        .execute();
      if (pairing) await tx.insertInto('pairing_links').values({ session_id: ids.session }).execute();
      return superseded;
    });
  }

  #connect(lease: Lease, phone: string, library: string): Promise<Linked & { isOther: boolean }> {
    const { ids } = lease;
    const account = { id: ids.account, session_id: ids.session };
    return this.#database.transaction(async (tx) => {
      await lockWorkspace(this.#database, tx, ids.workspace);
      await holdLease(this.#database, tx, lease);
      const { asked_phone: asked } = await tx
        .selectFrom('whatsapp_accounts')
        .select('asked_phone')
        .where('id', '=', ids.account)
        .executeTakeFirstOrThrow();
      if (asked !== null && !isSameNumber(asked, phone)) {
        await deactivate(tx, this.#database.now, account, 'other-number', this.#instanceId);
        return { superseded: [], isOther: true };
      }
      const number = { workspace: ids.workspace, phone, except: ids.account };
      const superseded = await supersede(tx, this.#database, number, this.#instanceId);
      await tx
        .updateTable('whatsapp_accounts')
        .set({
          status: 'connected',
          status_cause: 'ready',
          phone,
          asked_phone: null,
          library,
          instance_id: lease.owner,
          lease_token: lease.token,
        })
        .where('id', '=', ids.account)
        .execute();
      await tx.updateTable('sessions').set(freshStart).where('id', '=', ids.session).execute();
      return { superseded, isOther: false };
    });
  }
}
