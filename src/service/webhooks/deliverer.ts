import { createHmac, randomUUID } from 'node:crypto';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { DeliveryOutcome, DeliveryState } from '../../contracts/service-states.ts';
import { noTracing, type Tracing } from '../../telemetry/tracing.ts';
import { claimDue } from '../claims/claim-due.ts';
import { noOrigin } from '../request-origin.ts';
import type { Sealer } from '../sealer.ts';
import type { ServiceDatabase, ServiceTables, WebhookDeliveryRow, WebhookOutboxRow, WebhookRow } from '../tables.ts';
import { post } from './post.ts';
import { dueDelivery, originsOf, subscriptionsOf } from './webhooks.ts';

/** Events that become deliveries in one transaction. */
const batch = 100;
/** Concurrent deliveries to one webhook, per instance. */
const perWebhook = 4;
/** Webhooks that one instance serves concurrently. */
const mostLanes = 200;
/** Attempts before a delivery is a dead letter: with the waits of `retryMs`, 17.1 hours after the first. */
export const maxAttempts = 10;
/** When an instance dies, another one retries its deliveries after this time, in milliseconds. */
const claimMs = 60_000;

/** The backoff after the n-th attempt, in milliseconds: 10 s, then three times as long each time, up to eight hours. */
export function retryMs(attempts: number): number {
  return Math.min(10_000 * 3 ** (attempts - 1), 28_800_000);
}

/** An attempt that has ended. */
export interface DeliveryAttempt {
  webhook: string;
  delivery: string;
  /** 1 for the first. */
  attempt: number;
  outcome: DeliveryOutcome;
  /** The state of the delivery after it. */
  state: DeliveryState;
  /** The status of the answer, or why there was none. */
  result: string;
  /** The request that its session was started for. */
  request: string | null;
}

export interface DelivererOptions {
  /** True when private addresses may be reached. */
  allowPrivate: boolean;
  tracing?: Tracing;
  /** Called with each attempt when it has ended. */
  onAttempt?(attempt: DeliveryAttempt): void;
}

/**
 * Turns events into deliveries and sends those that are due. Any number of instances can do it together.
 *
 * Every webhook has its own lane: one that does not answer delays no other webhook.
 */
export class Deliverer {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;
  readonly #options: DelivererOptions;
  readonly #lanes = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(database: ServiceDatabase, sealer: Sealer, options: DelivererOptions) {
    this.#database = database;
    this.#sealer = sealer;
    this.#options = options;
  }

  /** One round, which does not wait for receivers. Call it about once a second. */
  async round(): Promise<void> {
    while ((await this.#fanOut()) === batch);
    for (const webhook of await this.#due()) {
      // A result that the lane could not write is retried when the claim expires.
      const lane = this.#serve(webhook).catch(() => {});
      this.#lanes.set(webhook, lane);
      void lane.then(() => this.#lanes.delete(webhook));
    }
  }

  /** Claims no more deliveries; settles when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#lanes.values());
  }

  /** Turns each entry of the outbox, exactly once, into one delivery per webhook of its workspace that wants it. Returns the number of entries. */
  async #fanOut(): Promise<number> {
    const entries = await claimDue(
      this.#database,
      (kysely) => kysely.selectFrom('webhook_outbox').selectAll().orderBy('id').limit(batch),
      (tx, entry) => this.#address(tx, entry),
    );
    return entries.length;
  }

  async #address(tx: Transaction<ServiceTables>, entry: Selectable<WebhookOutboxRow>): Promise<void> {
    const { id, workspace_id, account_id, type, detail, at } = entry;
    const event = { id: randomUUID(), type, workspace: workspace_id, account: account_id };
    const body = JSON.stringify({
      ...event,
      at: new Date(at).toISOString(),
      data: JSON.parse(this.#sealer.open(detail, account_id)),
    });
    const webhooks = await tx
      .selectFrom('webhooks')
      .select(['id', 'events'])
      .where('workspace_id', '=', workspace_id)
      .where('deleted_at', 'is', null)
      .execute();
    const origin = (await originsOf(tx, [account_id])).get(account_id) ?? noOrigin;
    for (const webhook of webhooks) {
      const names = subscriptionsOf(webhook.events);
      // A webhook that subscribes to messages gets the event of the library.
      if (names !== null && (type === 'message' || !names.includes(type))) continue;
      const row = dueDelivery(this.#sealer, webhook.id, body, this.#database.now, origin);
      await tx.insertInto('webhook_deliveries').values(row).execute();
    }
    await tx.deleteFrom('webhook_outbox').where('id', '=', id).execute();
  }

  /** Webhooks with due deliveries that this instance is not serving yet. */
  async #due(): Promise<string[]> {
    const { kysely, now } = this.#database;
    const free = mostLanes - this.#lanes.size;
    if (free <= 0) return [];
    const rows = await kysely
      .selectFrom('webhooks')
      .select('id')
      .where('deleted_at', 'is', null)
      .$if(this.#lanes.size > 0, (query) => query.where('id', 'not in', [...this.#lanes.keys()]))
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('webhook_deliveries')
            .select('webhook_deliveries.id')
            .whereRef('webhook_id', '=', 'webhooks.id')
            .where('state', '=', 'pending')
            .where('next_attempt_at', '<=', now),
        ),
      )
      .limit(free)
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Sends to one webhook until nothing is due. */
  async #serve(webhook: string): Promise<void> {
    while (!this.#stopping) {
      const claimed = await this.#claim(webhook);
      if (claimed.length === 0) return;
      await Promise.all(claimed.map((delivery) => this.#send(delivery)));
    }
  }

  async #claim(webhook: string): Promise<Selectable<WebhookDeliveryRow>[]> {
    const { now } = this.#database;
    return claimDue(
      this.#database,
      (kysely) =>
        kysely
          .selectFrom('webhook_deliveries')
          .selectAll()
          .where('webhook_id', '=', webhook)
          .where('state', '=', 'pending')
          .where('next_attempt_at', '<=', now)
          .orderBy('next_attempt_at')
          .limit(perWebhook),
      async (tx, row) => {
        const attempts = row.attempts + 1;
        await tx
          .updateTable('webhook_deliveries')
          .set({ next_attempt_at: sql<number>`${now} + ${claimMs}`, attempts })
          .where('id', '=', row.id)
          .execute();
        return { ...row, attempts };
      },
    );
  }

  async #send(delivery: Selectable<WebhookDeliveryRow>): Promise<void> {
    const { id, attempts } = delivery;
    const { kysely, now } = this.#database;
    const webhook = await kysely
      .selectFrom('webhooks')
      .select(['id', 'url', 'secret', 'failing_since'])
      .where('id', '=', delivery.webhook_id)
      .executeTakeFirstOrThrow();
    const span = (this.#options.tracing ?? noTracing).start({
      name: 'delivery',
      kind: 'client',
      parent: delivery.traceparent,
      facts: { 'wwebjs.webhook': webhook.id, 'wwebjs.attempt': attempts },
    });
    const result = await this.#post(delivery, webhook, span.traceparent).catch((error: Error) => error);
    const delivered = typeof result === 'number' && result >= 200 && result < 300;
    const state = delivered ? 'delivered' : attempts >= maxAttempts ? 'dead' : 'pending';
    const outcome = delivered ? 'delivered' : typeof result === 'number' ? 'refused' : 'unreachable';
    span.end(delivered ? null : outcome, typeof result === 'number' ? { 'http.response.status_code': result } : {});
    const last_result = (typeof result === 'number' ? `status ${result}` : String(result)).slice(0, 200);
    await kysely
      .updateTable('webhook_deliveries')
      .set({
        state,
        last_result,
        last_attempt_at: now,
        ...(delivered && { body: '' }),
        next_attempt_at: sql<number>`${now} + ${retryMs(attempts)}`,
      })
      .where('id', '=', id)
      // A delivery that became a dead letter since, because its webhook was deleted, stays one.
      .where('state', '=', 'pending')
      .execute();
    const { webhook_id, request_id: request } = delivery;
    const ended = { webhook: webhook_id, delivery: id, attempt: attempts, outcome, state } as const;
    this.#options.onAttempt?.({ ...ended, result: last_result, request });
    if (delivered === (webhook.failing_since === null)) return;
    const failing_since = delivered ? null : now;
    await kysely.updateTable('webhooks').set({ failing_since }).where('id', '=', webhook.id).execute();
  }

  /** Returns the status of the answer. @throws SealBroken, PrivateAddress, or the network's error. */
  async #post(
    { id, ...delivery }: Selectable<WebhookDeliveryRow>,
    webhook: Pick<WebhookRow, 'id' | 'url' | 'secret'>,
    traceparent: string | null,
  ): Promise<number> {
    const body = this.#sealer.open(delivery.body, id);
    const secret = this.#sealer.open(webhook.secret, webhook.id);
    const headers = {
      'webhook-id': id,
      'webhook-signature': signature(secret, Math.floor(Date.now() / 1000), body),
      'user-agent': 'wwebjs-canary',
      ...(traceparent !== null && { traceparent }),
    };
    return post(new URL(webhook.url), { body, headers, allowPrivate: this.#options.allowPrivate });
  }
}

/**
 * The header `Webhook-Signature`: `t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 over "<t>.<body>">`. The receiver computes the same
 * and refuses old times, which prevents replay of a recorded request.
 */
function signature(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
