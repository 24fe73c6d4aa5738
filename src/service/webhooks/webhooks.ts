import { randomBytes, randomUUID } from 'node:crypto';
import { isPrivateHost } from '../private-addresses.ts';
import { Problem } from '../problems.ts';
import type { Sealer } from '../sealer.ts';
import type { SessionIds, WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase, WebhookDeliveryRow, WebhookRow } from '../tables.ts';

export interface Webhook {
  id: string;
  url: string;
  createdAt: number;
}

export interface Delivery {
  id: string;
  /** JSON text; null once it was delivered. */
  body: string | null;
  state: WebhookDeliveryRow['state'];
  attempts: number;
  lastResult: string | null;
  createdAt: number;
}

export interface DeliveriesPage {
  state: WebhookDeliveryRow['state'];
  limit: number;
  /** The last delivery of the previous page. */
  after: Pick<Delivery, 'createdAt' | 'id'> | null;
}

/** Reads and writes webhooks and their deliveries. */
export class Webhooks {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;
  readonly #allowPrivate: boolean;

  constructor(database: ServiceDatabase, sealer: Sealer, allowPrivate: boolean) {
    this.#database = database;
    this.#sealer = sealer;
    this.#allowPrivate = allowPrivate;
  }

  /** The secret is returned only here. @throws Problem `webhook-address-refused` */
  async create(workspace: WorkspaceId, url: string): Promise<Webhook & { secret: string }> {
    this.#checkAddress(url);
    const id = randomUUID();
    const secret = `whsec_${randomBytes(32).toString('hex')}`;
    const { kysely, now } = this.#database;
    const row = { id, workspace_id: workspace, url, secret: this.#sealer.seal(secret, id), deleted_at: null };
    await kysely
      .insertInto('webhooks')
      .values({ ...row, created_at: now })
      .execute();
    return { ...fromRow(await this.#row(workspace, id)), secret };
  }

  async list(workspace: WorkspaceId): Promise<Webhook[]> {
    const rows = await this.#database.kysely
      .selectFrom('webhooks')
      .selectAll()
      .where('workspace_id', '=', workspace)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .execute();
    return rows.map(fromRow);
  }

  /** Deletes a webhook; its pending deliveries become dead letters. @throws Problem `webhook-unknown` */
  async delete(workspace: WorkspaceId, id: string): Promise<void> {
    await this.#row(workspace, id);
    const { kysely, now } = this.#database;
    await kysely.updateTable('webhooks').set({ deleted_at: now }).where('id', '=', id).execute();
    await kysely
      .updateTable('webhook_deliveries')
      .set({ state: 'dead', last_result: 'the webhook was deleted' })
      .where('webhook_id', '=', id)
      .where('state', '=', 'pending')
      .execute();
  }

  /** At most `limit` deliveries in a state, newest first, starting after `after`. @throws Problem `webhook-unknown` */
  async deliveries(workspace: WorkspaceId, id: string, { state, limit, after }: DeliveriesPage): Promise<Delivery[]> {
    await this.#row(workspace, id);
    let query = this.#database.kysely
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('webhook_id', '=', id)
      .where('state', '=', state);
    if (after !== null) {
      query = query.where(({ eb, or, and }) =>
        or([
          eb('created_at', '<', after.createdAt),
          and([eb('created_at', '=', after.createdAt), eb('id', '<', after.id)]),
        ]),
      );
    }
    const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    return rows.map((row) => ({
      id: row.id,
      body: row.body === '' ? null : this.#sealer.open(row.body, row.id),
      state: row.state,
      attempts: row.attempts,
      lastResult: row.last_result,
      createdAt: row.created_at,
    }));
  }

  /** Sends all dead letters again. Returns their number. @throws Problem `webhook-unknown` */
  async resend(workspace: WorkspaceId, id: string): Promise<number> {
    await this.#row(workspace, id);
    const { numUpdatedRows } = await this.#sendingAgain(id).executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }

  /** Sends one dead letter again. @throws Problem `webhook-unknown`, `delivery-unknown` */
  async resendOne(workspace: WorkspaceId, id: string, delivery: string): Promise<void> {
    await this.#row(workspace, id);
    const { numUpdatedRows } = await this.#sendingAgain(id).where('id', '=', delivery).executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw new Problem('delivery-unknown');
  }

  /** Puts a message into the outbox, if the workspace has a webhook. */
  async message(ids: SessionIds, message: unknown): Promise<void> {
    const { kysely, now } = this.#database;
    const listening = kysely
      .selectFrom('webhooks')
      .select('id')
      .where('workspace_id', '=', ids.workspace)
      .where('deleted_at', 'is', null)
      .limit(1);
    if (!(await listening.executeTakeFirst())) return;
    const row = { workspace_id: ids.workspace, account_id: ids.account, type: 'message' as const };
    await kysely
      .insertInto('webhook_outbox')
      .values({ ...row, detail: this.#sealer.seal(JSON.stringify(message), ids.account), at: now })
      .execute();
  }

  #sendingAgain(webhook: string) {
    return this.#database.kysely
      .updateTable('webhook_deliveries')
      .set({ state: 'pending', attempts: 0, next_attempt_at: 0 })
      .where('webhook_id', '=', webhook)
      .where('state', '=', 'dead');
  }

  async #row(workspace: WorkspaceId, id: string): Promise<WebhookRow> {
    const row = await this.#database.kysely
      .selectFrom('webhooks')
      .selectAll()
      .where('id', '=', id)
      .where('workspace_id', '=', workspace)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    if (!row) throw new Problem('webhook-unknown');
    return row;
  }

  /** Early feedback for the person who enters the address; `post` checks the address of each connection. */
  #checkAddress(url: string): void {
    if (!this.#allowPrivate && isPrivateHost(new URL(url).hostname)) throw new Problem('webhook-address-refused');
  }
}

function fromRow({ id, url, created_at }: WebhookRow): Webhook {
  return { id, url, createdAt: created_at };
}
