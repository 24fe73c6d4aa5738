import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import type { SessionIds } from '../session-ids.ts';
import type { OutgoingTextRow, ServiceDatabase } from '../tables.ts';
import type { Deadlines } from './deadlines.ts';

const lookEveryMs = 200;
/** Between the end of sending and the moment at which whoever asked reads of it. */
const tellMs = 5_000;

type Text = Pick<Selectable<OutgoingTextRow>, 'id' | 'session_id' | 'recipient' | 'body'>;
type Send = (session: string, recipient: string, body: string) => Promise<unknown>;

/** A text for a session that another instance runs, on its way through the database. */
export class OutgoingTexts {
  readonly #database: ServiceDatabase;
  readonly #instanceId: string;
  readonly #deadlines: Pick<Deadlines, 'handMs' | 'sendMs'>;
  /** Sessions that are sending: one page that hangs delays no other session. */
  readonly #sending = new Set<string>();

  constructor(database: ServiceDatabase, instanceId: string, deadlines: Pick<Deadlines, 'handMs' | 'sendMs'>) {
    this.#database = database;
    this.#instanceId = instanceId;
    this.#deadlines = deadlines;
  }

  /**
   * Lets whoever runs the session send a text; returns the library's id of the message.
   *
   * @throws Problem `session-elsewhere` when nobody took it in time, so that it is not sent; `send-unknown` when it was taken and
   *   nothing more was heard, or when the database went away meanwhile; and what the sender's own attempt ended with.
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
      const { handMs, sendMs } = this.#deadlines;
      const soon = await this.#ended(id, handMs);
      if (soon) return soon.result;
      if (await this.#withdraw(id)) throw new Problem('session-elsewhere');
      const later = await this.#ended(id, sendMs + tellMs);
      if (later) return later.result;
      throw new Problem('send-unknown');
    } catch (error) {
      throw error instanceof Problem ? error : new Problem('send-unknown', undefined, { cause: error });
    } finally {
      // What cannot be removed now is not taken any more when its time is over, and is cleared away with the other traces.
      await kysely
        .deleteFrom('outgoing_texts')
        .where('id', '=', id)
        .execute()
        .catch(() => {});
    }
  }

  /** Begins to send what waits for sessions that this instance runs. To be called about once a second. */
  async sendWaiting(send: Send): Promise<void> {
    const { kysely, now } = this.#database;
    const rows = await kysely
      .selectFrom('outgoing_texts')
      .innerJoin('sessions', 'sessions.id', 'outgoing_texts.session_id')
      .select(['outgoing_texts.id', 'session_id', 'recipient', 'body'])
      .where('state', '=', 'waiting')
      .where('created_at', '>', (where) => where(now, '-', this.#deadlines.handMs))
      .where('lease_owner', '=', this.#instanceId)
      .orderBy('created_at')
      .execute();
    for (const session of new Set(rows.map(({ session_id }) => session_id))) {
      if (this.#sending.has(session)) continue;
      const texts = rows.filter(({ session_id }) => session_id === session);
      this.#sending.add(session);
      this.#sendInOrder(texts, send)
        // The database is away: what was not taken waits, and who asked for the rest is told by time.
        .catch(() => {})
        .finally(() => this.#sending.delete(session));
    }
  }

  async #sendInOrder(texts: readonly Text[], send: Send): Promise<void> {
    const { kysely } = this.#database;
    for (const { id, session_id, recipient, body } of texts) {
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

  /** Waits at most `ms` milliseconds until a text is sent; null when it is not by then. @throws Problem what sending failed with. */
  async #ended(id: string, ms: number): Promise<{ result: string | null } | null> {
    for (const until = performance.now() + ms; performance.now() < until; await sleep(lookEveryMs)) {
      const found = await this.#database.kysely
        .selectFrom('outgoing_texts')
        .select(['state', 'result'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (found?.state === 'sent') return { result: found.result };
      if (found?.state === 'failed') throw new Problem(codeOf(found.result));
    }
    return null;
  }

  /** True when nobody had taken the text, and nobody will. */
  async #withdraw(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#database.kysely
      .deleteFrom('outgoing_texts')
      .where('id', '=', id)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    return numDeletedRows > 0n;
  }
}

function codeOf(text: string | null): ProblemCode {
  return text !== null && text in problems ? (text as ProblemCode) : 'send-failed';
}
