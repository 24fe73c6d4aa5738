import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase } from '../tables.ts';

/** How long an instance waits for the one that runs the session, in milliseconds; a text that is older is not sent any more. */
const patienceMs = 20_000;
const lookEveryMs = 200;

/** A text for a session that another instance runs, on its way through the database. */
export class OutgoingTexts {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;

  constructor(database: ServiceDatabase, instanceId: string) {
    this.#database = database;
    this.#instanceId = instanceId;
  }

  /**
   * Lets whoever runs the session send a text; returns the library's id of the message.
   *
   * @throws Problem `session-elsewhere` when nobody took it in time, and what the sender's own attempt ended with.
   */
  async hand(ids: SessionIds, recipient: string, body: string): Promise<string | null> {
    const { kysely, now } = this.#database;
    const id = randomUUID();
    const row = { id, session_id: ids.session, recipient, body, state: 'waiting' as const, result: null };
    await kysely
      .insertInto('outgoing_texts')
      .values({ ...row, created_at: now })
      .execute();
    try {
      for (const until = performance.now() + patienceMs; performance.now() < until; await sleep(lookEveryMs)) {
        const found = await kysely
          .selectFrom('outgoing_texts')
          .select(['state', 'result'])
          .where('id', '=', id)
          .executeTakeFirst();
        if (found?.state === 'sent') return found.result;
        if (found?.state === 'failed') throw new Problem(codeOf(found.result));
      }
      throw new Problem('session-elsewhere');
    } finally {
      await kysely.deleteFrom('outgoing_texts').where('id', '=', id).execute();
    }
  }

  /** Sends what waits for sessions that this instance runs. To be called about once a second. */
  async sendWaiting(send: (session: string, recipient: string, body: string) => Promise<unknown>): Promise<void> {
    const { kysely, now } = this.#database;
    const rows = await kysely
      .selectFrom('outgoing_texts')
      .innerJoin('sessions', 'sessions.id', 'outgoing_texts.session_id')
      .select(['outgoing_texts.id', 'session_id', 'recipient', 'body'])
      .where('state', '=', 'waiting')
      .where('created_at', '>', (where) => where(now, '-', patienceMs))
      .where('lease_owner', '=', this.#instanceId)
      .orderBy('created_at')
      .execute();
    for (const { id, session_id, recipient, body } of rows) {
      const { numUpdatedRows } = await kysely
        .updateTable('outgoing_texts')
        .set({ state: 'taken' })
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .executeTakeFirstOrThrow();
      // The one who asked may have given up meanwhile.
      if (numUpdatedRows === 0n) continue;
      const ended = await send(session_id, recipient, body).then(
        (result) => ({ state: 'sent' as const, result: typeof result === 'string' ? result : null }),
        (error) => ({ state: 'failed' as const, result: error instanceof Problem ? error.code : 'send-failed' }),
      );
      await kysely.updateTable('outgoing_texts').set(ended).where('id', '=', id).execute();
    }
  }
}

function codeOf(text: string | null): ProblemCode {
  return text !== null && text in problems ? (text as ProblemCode) : 'send-failed';
}
