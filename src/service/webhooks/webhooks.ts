import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { DeliveryState } from '../../contracts/service-states.ts';
import { isPrivateHost } from '../private-addresses.ts';
import { Problem } from '../problems.ts';
import { originColumns, originOf, type RequestOrigin } from '../request-origin.ts';
import type { Sealer } from '../sealer.ts';
import type { SessionIds, WorkspaceId } from '../session-ids.ts';
import type { ServiceDatabase, ServiceTables, WebhookRow } from '../tables.ts';

/** Times are milliseconds since 1970 by the database's clock. */
export interface Webhook {
  id: string;
  url: string;
  /** The names of the events that it gets; null for changes of status, attention and messages in short. */
  events: string[] | null;
  createdAt: number;
  /** The first attempt that failed since the last one that succeeded; null while none has failed since. */
  failingSince: number | null;
  pending: number;
  oldestPendingAt: number | null;
  /** Dead letters. */
  dead: number;
}

export interface Delivery {
  id: string;
  /** JSON text; null once it was delivered. */
  body: string | null;
  state: DeliveryState;
  attempts: number;
  lastResult: string | null;
  lastAttemptAt: number | null;
  /** Of a pending delivery; null for the others. */
  nextAttemptAt: number | null;
  /** Of the request that its session was started for. */
  request: string | null;
  createdAt: number;
}

/** A message that a session reported. */
export interface SeenInSession {
  ids: SessionIds;
  message: unknown;
}

export interface DeliveriesPage {
  state: DeliveryState | 'all';
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
  async create(
    workspace: WorkspaceId,
    url: string,
    events: readonly string[] | null = null,
  ): Promise<Webhook & { secret: string }> {
    this.#checkAddress(url);
    const id = randomUUID();
    const secret = `whsec_${randomBytes(32).toString('hex')}`;
    const { kysely, now } = this.#database;
    const row = {
      ...{ id, workspace_id: workspace, url, secret: this.#sealer.seal(secret, id), deleted_at: null },
      events: events && JSON.stringify(events),
    };
    await kysely
      .insertInto('webhooks')
      .values({ ...row, created_at: now })
      .execute();
    return { ...fromRow(await this.#row(workspace, id), []), secret };
  }

  async list(workspace: WorkspaceId): Promise<Webhook[]> {
    const rows = await this.#database.kysely
      .selectFrom('webhooks')
      .selectAll()
      .where('workspace_id', '=', workspace)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .execute();
    const counts = await this.#database.kysely
      .selectFrom('webhook_deliveries')
      .select(({ fn }) => ['webhook_id', 'state', fn.countAll<number>().as('count')])
      .select(({ fn }) => fn.min<number>('created_at').as('oldest_at'))
      .where('webhook_id', 'in', [...rows.map(({ id }) => id), ''])
      .where('state', 'in', ['pending', 'dead'])
      .groupBy(['webhook_id', 'state'])
      .execute();
    return rows.map((row) => fromRow(row, counts));
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
      .$if(state !== 'all', (select) => select.where('state', '=', state as DeliveryState));
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
      lastAttemptAt: row.last_attempt_at,
      // A delivery that was never tried is due at once.
      nextAttemptAt: row.state === 'pending' ? Math.max(row.next_attempt_at, row.created_at) : null,
      request: row.request_id,
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

  /** Puts messages into the outbox, all or none; those of workspaces without a webhook for messages in short are left out. */
  async messages(messages: readonly SeenInSession[]): Promise<void> {
    const { kysely, now } = this.#database;
    const workspaces = new Set(messages.map(({ ids }) => ids.workspace));
    const listening = await kysely
      .selectFrom('webhooks')
      .select('workspace_id')
      .distinct()
      .where('workspace_id', 'in', [...workspaces])
      .where('events', 'is', null)
      .where('deleted_at', 'is', null)
      .execute();
    const heard = new Set(listening.map(({ workspace_id }) => workspace_id));
    const rows = messages
      .filter(({ ids }) => heard.has(ids.workspace))
      .map(({ ids, message }) => ({
        ...{ workspace_id: ids.workspace, account_id: ids.account, type: 'message' as const },
        ...{ detail: this.#sealer.seal(JSON.stringify(message), ids.account), at: now },
      }));
    if (rows.length > 0) await kysely.insertInto('webhook_outbox').values(rows).execute();
  }

  #sendingAgain(webhook: string) {
    return this.#database.kysely
      .updateTable('webhook_deliveries')
      .set({ state: 'pending', attempts: 0, next_attempt_at: this.#database.now })
      .where('webhook_id', '=', webhook)
      .where('state', '=', 'dead');
  }

  async #row(workspace: WorkspaceId, id: string): Promise<Selectable<WebhookRow>> {
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

/** The names in a row of `webhooks`; null for one without subscriptions. */
export function subscriptionsOf(events: string | null): string[] | null {
  return events === null ? null : (JSON.parse(events) as string[]);
}

/**
 * A delivery that is due.
 *
 * @param now the present time of the database, as a number or an expression.
 * @param origin of the session.
 */
export function dueDelivery<Time>(sealer: Sealer, webhook: string, body: string, now: Time, origin: RequestOrigin) {
  const id = randomUUID();
  return {
    ...{ id, webhook_id: webhook, body: sealer.seal(body, id), state: 'pending' as const },
    ...{ attempts: 0, last_result: null, next_attempt_at: now, created_at: now },
    ...originColumns(origin),
  };
}

/** The requests that the sessions of these accounts were started for, by account. */
export async function originsOf(
  kysely: Kysely<ServiceTables>,
  accounts: readonly string[],
): Promise<Map<string, RequestOrigin>> {
  const rows = await kysely
    .selectFrom('sessions')
    .select(['account_id', 'request_id', 'traceparent'])
    .where('account_id', 'in', accounts)
    .execute();
  return new Map(rows.map((row) => [row.account_id, originOf(row)]));
}

interface DeliveryCount {
  webhook_id: string;
  state: DeliveryState;
  count: number;
  oldest_at: number;
}

/** @param counts of pending deliveries and dead letters; a state without any is missing. */
function fromRow(row: Selectable<WebhookRow>, counts: readonly DeliveryCount[]): Webhook {
  const of = (state: DeliveryState) => counts.find((count) => count.webhook_id === row.id && count.state === state);
  const pending = of('pending');
  return {
    id: row.id,
    url: row.url,
    events: subscriptionsOf(row.events),
    createdAt: row.created_at,
    failingSince: row.failing_since,
    pending: Number(pending?.count ?? 0),
    oldestPendingAt: pending === undefined ? null : Number(pending.oldest_at),
    dead: Number(of('dead')?.count ?? 0),
  };
}
