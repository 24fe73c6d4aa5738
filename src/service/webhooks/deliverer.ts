import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ServiceDatabase, WebhookDeliveryRow } from '../tables.ts';
import { post } from './post.ts';
import { signature } from './sign.ts';

const batch = 20;
/** Attempts before a delivery is a dead letter: with the waits below about a day and a half. */
const maxAttempts = 10;
/** A delivery whose instance died is tried again by another one after this time, in milliseconds. */
const claimMs = 60_000;

/** The wait after the n-th attempt, in milliseconds: 10 s, then three times as long each time, up to eight hours. */
export function retryMs(attempts: number): number {
  return Math.min(10_000 * 3 ** (attempts - 1), 28_800_000);
}

/** Turns what has happened into deliveries and sends those that are due. Any number of instances can do it together. */
export class Deliverer {
  readonly #database: ServiceDatabase;
  readonly #allowPrivate: boolean;

  constructor(database: ServiceDatabase, allowPrivate: boolean) {
    this.#database = database;
    this.#allowPrivate = allowPrivate;
  }

  /** One round; to be called about once a second. */
  async round(): Promise<void> {
    await this.#fanOut();
    const due = await this.#claim();
    await Promise.all(due.map((delivery) => this.#send(delivery)));
  }

  /** Each entry of the outbox becomes one delivery for each webhook of its workspace, exactly once. */
  async #fanOut(): Promise<void> {
    const { now } = this.#database;
    await this.#database.transaction(async (tx) => {
      const query = tx.selectFrom('webhook_outbox').selectAll().orderBy('id').limit(batch);
      const entries = await this.#database.lockedOrSkipped(query).execute();
      for (const { id, workspace_id, account_id, type, detail, at } of entries) {
        const event = { id: randomUUID(), type, workspace: workspace_id, account: account_id };
        const body = JSON.stringify({ ...event, at: new Date(at).toISOString(), data: JSON.parse(detail) });
        const webhooks = await tx
          .selectFrom('webhooks')
          .select('id')
          .where('workspace_id', '=', workspace_id)
          .where('deleted_at', 'is', null)
          .execute();
        for (const webhook of webhooks) {
          const row = { id: randomUUID(), webhook_id: webhook.id, body, state: 'pending' as const, attempts: 0 };
          await tx
            .insertInto('webhook_deliveries')
            .values({ ...row, next_attempt_at: 0, last_result: null, created_at: now })
            .execute();
        }
        await tx.deleteFrom('webhook_outbox').where('id', '=', id).execute();
      }
    });
  }

  async #claim(): Promise<WebhookDeliveryRow[]> {
    const { now } = this.#database;
    return this.#database.transaction(async (tx) => {
      const query = tx
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('state', '=', 'pending')
        .where('next_attempt_at', '<=', now)
        .orderBy('next_attempt_at')
        .limit(batch);
      const rows = await this.#database.lockedOrSkipped(query).execute();
      if (rows.length === 0) return [];
      await tx
        .updateTable('webhook_deliveries')
        .set({ next_attempt_at: sql<number>`${now} + ${claimMs}`, attempts: sql<number>`attempts + 1` })
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        .execute();
      return rows.map((row) => ({ ...row, attempts: row.attempts + 1 }));
    });
  }

  async #send({ id, webhook_id, body, attempts }: WebhookDeliveryRow): Promise<void> {
    const { kysely, now } = this.#database;
    const { url, secret } = await kysely
      .selectFrom('webhooks')
      .select(['url', 'secret'])
      .where('id', '=', webhook_id)
      .executeTakeFirstOrThrow();
    const headers = {
      'webhook-id': id,
      'webhook-signature': signature(secret, Math.floor(Date.now() / 1000), body),
      'user-agent': 'wwebjs-canary',
    };
    const options = { body, headers, allowPrivate: this.#allowPrivate };
    const result = await post(new URL(url), options).catch((error: Error) => error);
    const delivered = typeof result === 'number' && result >= 200 && result < 300;
    const state = delivered ? 'delivered' : attempts >= maxAttempts ? 'dead' : 'pending';
    const last_result = (typeof result === 'number' ? `status ${result}` : String(result)).slice(0, 200);
    await kysely
      .updateTable('webhook_deliveries')
      .set({ state, last_result, next_attempt_at: sql<number>`${now} + ${retryMs(attempts)}` })
      .where('id', '=', id)
      // A delivery that was declared dead meanwhile, with its webhook, stays dead.
      .where('state', '=', 'pending')
      .execute();
  }
}
