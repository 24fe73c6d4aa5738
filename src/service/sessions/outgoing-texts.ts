import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Accounts } from '../accounts/accounts.ts';
import { claimDue } from '../claims/claim-due.ts';
import { Problem, type ProblemCode, problems } from '../problems.ts';
import type { Sealer } from '../sealer.ts';
import { type SessionId, type SessionIds, sessionId } from '../session-ids.ts';
import type { OutgoingTextRow, ServiceDatabase } from '../tables.ts';
import type { Deadlines } from './deadlines.ts';
import type { HostedSession } from './hosted-session.ts';

const lookEveryMs = 200;
/** Between the end of sending and the moment at which the caller reads of it. */
const tellMs = 5_000;

type Text = Pick<Selectable<OutgoingTextRow>, 'id' | 'recipient' | 'body'>;
type Send = (session: string, recipient: string, body: string) => Promise<unknown>;

/** Texts for sessions that other instances run, on their way through the database. */
export class OutgoingTexts {
  readonly #database: ServiceDatabase;
  readonly #sealer: Sealer;
  readonly #instanceId: string;
  readonly #deadlines: Pick<Deadlines, 'handMs' | 'sendMs'>;
  /** Sessions that are sending: one page that hangs delays no other session. */
  readonly #sending = new Set<string>();

  constructor(
    database: ServiceDatabase,
    sealer: Sealer,
    instanceId: string,
    deadlines: Pick<Deadlines, 'handMs' | 'sendMs'>,
  ) {
    this.#database = database;
    this.#sealer = sealer;
    this.#instanceId = instanceId;
    this.#deadlines = deadlines;
  }

  /**
   * Lets the owner of the session send a text; returns the library's id of the message.
   *
   * @throws Problem `session-elsewhere` when no instance took it in time, so that it is not sent; `send-unknown` when it was taken and
   *   no result followed, or when the database became unreachable meanwhile; and what the sender's own attempt ended with.
   */
  async hand(ids: SessionIds, recipient: string, body: string): Promise<string | null> {
    const { kysely, now } = this.#database;
    const id = randomUUID();
    const sealed = this.#sealer.seal(body, id);
    const row = { id, session_id: ids.session, recipient, body: sealed, state: 'waiting' as const, result: null };
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
      // A row that cannot be deleted now expires after `handMs`; housekeeping deletes it.
      await kysely
        .deleteFrom('outgoing_texts')
        .where('id', '=', id)
        .execute()
        .catch(() => {});
    }
  }

  /** Begins to send waiting texts of sessions that this instance runs. Call it about once a second. */
  async sendWaiting(send: Send): Promise<void> {
    const sessions = await this.#waiting(this.#database.kysely).select('session_id').distinct().execute();
    for (const { session_id: session } of sessions) {
      if (this.#sending.has(session)) continue;
      this.#sending.add(session);
      this.#sendInOrder(session, send)
        // The database is unavailable: a text that was not taken waits; for one that was, the instance that asked times out.
        .catch(() => {})
        .finally(() => this.#sending.delete(session));
    }
  }

  /** Takes each text just before it is sent: until then the instance that asked can withdraw it. */
  async #sendInOrder(session: string, send: Send): Promise<void> {
    const { kysely } = this.#database;
    for (let text = await this.#take(session); text; text = await this.#take(session)) {
      const { id, recipient, body } = text;
      const ended = await send(session, recipient, this.#sealer.open(body, id)).then(
        (result) => ({ state: 'sent' as const, result: typeof result === 'string' ? result : null }),
        (error) => ({ state: 'failed' as const, result: error instanceof Problem ? error.code : 'send-failed' }),
      );
      await kysely.updateTable('outgoing_texts').set(ended).where('id', '=', id).execute();
    }
  }

  async #take(session: string): Promise<Text | undefined> {
    const [text] = await claimDue(
      this.#database,
      (kysely) =>
        this.#waiting(kysely)
          .select(['id', 'recipient', 'body'])
          .where('session_id', '=', session)
          .orderBy('created_at')
          .limit(1),
      async (tx, text) => {
        await tx.updateTable('outgoing_texts').set({ state: 'taken' }).where('id', '=', text.id).execute();
        return text;
      },
    );
    return text;
  }

  /** Texts for sessions of this instance that were neither taken nor given up. */
  #waiting(kysely: ServiceDatabase['kysely']) {
    const { now } = this.#database;
    return kysely
      .selectFrom('outgoing_texts')
      .where('state', '=', 'waiting')
      .where('created_at', '>', (where) => where(now, '-', this.#deadlines.handMs))
      .where('session_id', 'in', (where) =>
        where.selectFrom('sessions').select('sessions.id').where('lease_owner', '=', this.#instanceId),
      );
  }

  /** Waits at most `ms` milliseconds for the result of a text; null when there is none. @throws Problem of the instance that sent it. */
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

  /** True when no instance had taken the text, and none will. */
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

/** Sends a text through its session if it runs here, else through the instance that runs it. */
export class TextRouter {
  readonly #texts: OutgoingTexts;
  readonly #accounts: Pick<Accounts, 'statusOf'>;
  readonly #running: (session: SessionId) => HostedSession | undefined;

  /** @param running the session with this id, if it runs in this instance. */
  constructor(
    texts: OutgoingTexts,
    accounts: Pick<Accounts, 'statusOf'>,
    running: (session: SessionId) => HostedSession | undefined,
  ) {
    this.#texts = texts;
    this.#accounts = accounts;
    this.#running = running;
  }

  /**
   * Sends a text. Returns the id that the library gives it.
   *
   * @throws Problem `account-unknown`, `session-not-connected`, `session-elsewhere`, `send-failed`, `send-unknown`
   */
  async send(ids: SessionIds, to: string, body: string): Promise<unknown> {
    const session = this.#running(ids.session);
    if (session) return session.sendText(to, body);
    if ((await this.#accounts.statusOf(ids)) !== 'connected') throw new Problem('session-not-connected');
    return this.#texts.hand(ids, to, body);
  }

  /** Sends texts that other instances accepted. Call it about once a second. */
  async sendWaiting(): Promise<void> {
    await this.#texts.sendWaiting(async (id, to, body) => {
      const session = this.#running(sessionId(id));
      if (!session) throw new Problem('session-not-connected');
      return session.sendText(to, body);
    });
  }
}
