import { isEndless, isSharedFault } from '../../session/backoff.ts';
import { freshStart } from '../leases/lease-writes.ts';
import type { ServiceDatabase } from '../tables.ts';

/** What sessions that wait for a person have in common. */
interface Fault {
  /** What their starts failed with. */
  code: string;
  library: string;
}

/**
 * Circuit breakers that many sessions opened at about the same time, for the same reason and with the same version: one fault, not many.
 * One of these sessions is started from time to time; when it becomes ready, the breakers of all close.
 */
export class SharedFaults {
  readonly #database: ServiceDatabase;

  constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  /** Lets one session of each shared fault start that has none under way. Call it every few seconds; two instances may choose two. */
  async tryOne(): Promise<void> {
    const { kysely, now } = this.#database;
    for (const waiting of await this.#shared()) {
      const isPaced = waiting.some(({ attention_retried, next_start_at, now }) => {
        return attention_retried === 1 || next_start_at > now;
      });
      const [first] = waiting.toSorted((a, b) => a.next_start_at - b.next_start_at);
      if (isPaced || !first) continue;
      await kysely
        .updateTable('sessions')
        .set({ attention_retried: 1 })
        .where('id', '=', first.id)
        .where('attention_at', 'is not', null)
        .where('lease_expires_at', '<=', now)
        .execute();
    }
  }

  /** A session whose starts had failed like this is ready: if the fault was a shared one, its other sessions may start at once. */
  async over({ code, library }: Fault): Promise<void> {
    if (isEndless(code)) return;
    const [waiting] = await this.#shared({ code, library });
    if (!waiting) return;
    const { kysely, now } = this.#database;
    const ids = waiting.map(({ id }) => id);
    for (let start = 0; start < ids.length; start += batch) {
      await kysely
        .updateTable('sessions')
        .set({ ...freshStart, start_cause: 'fault-over' })
        .where('id', 'in', ids.slice(start, start + batch))
        .where('attention_code', '=', code)
        .where('wanted', '=', 1)
        .where('lease_expires_at', '<=', now)
        .execute();
    }
  }

  /** The sessions of each fault that many share, or of the one that a session has just left. */
  async #shared(only?: Fault) {
    let query = this.#database.kysely
      .selectFrom('sessions')
      .innerJoin('whatsapp_accounts', 'whatsapp_accounts.session_id', 'sessions.id')
      .select(['sessions.id', 'attention_code', 'attention_at', 'attention_retried', 'next_start_at', 'library'])
      .select(this.#database.now.as('now'))
      .where('wanted', '=', 1)
      .where('attention_at', 'is not', null);
    if (only) query = query.where('attention_code', '=', only.code).where('library', '=', only.library);
    const closed = only ? 1 : 0;
    const waiting = await query.execute();
    const stopped = waiting.filter(({ attention_code }) => !isEndless(attention_code));
    const faults = Map.groupBy(stopped, ({ attention_code, library }) => `${attention_code} ${library}`);
    return [...faults.values()].filter((sessions) =>
      isSharedFault(
        sessions.map(({ attention_at }) => attention_at ?? 0),
        closed,
      ),
    );
  }
}

/** Sessions in one statement: locks stay short. */
const batch = 500;
