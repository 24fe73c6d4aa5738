import { isUnavailable } from '../../store/database/database-errors.ts';
import type { SessionIds } from '../session-ids.ts';

/** Messages that wait in memory while the database is unreachable; beyond that the oldest are dropped, and reported as lost. */
const mostWaiting = 10_000;

interface Pending {
  ids: SessionIds;
  message: unknown;
}

/**
 * Messages on their way from a session into the database, in the order of arrival. A message that the database could not take is written
 * when it answers again; only the end of the process loses it.
 */
export class PendingMessages {
  readonly #write: (ids: SessionIds, message: unknown) => Promise<void>;
  readonly #lost: (ids: SessionIds, why: string) => void;
  readonly #waiting: Pending[] = [];
  #writing: Promise<void> | null = null;

  /** @param lost called for each message that is dropped. */
  constructor(
    write: (ids: SessionIds, message: unknown) => Promise<void>,
    lost: (ids: SessionIds, why: string) => void,
  ) {
    this.#write = write;
    this.#lost = lost;
  }

  add(ids: SessionIds, message: unknown): void {
    this.#waiting.push({ ids, message });
    const tooMany = this.#waiting.length > mostWaiting && this.#waiting.shift();
    if (tooMany) this.#lost(tooMany.ids, `more than ${mostWaiting} messages wait for the database`);
    // The regular caller of `flush` gets the error.
    this.flush().catch(() => {});
  }

  /** Writes all waiting messages. @throws when the database does not answer; nothing is lost then. */
  flush(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      try {
        await this.#write(next.ids, next.message);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        this.#lost(next.ids, String(error));
      }
      if (this.#waiting[0] === next) this.#waiting.shift();
    }
  }
}
