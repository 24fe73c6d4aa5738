import { isUnavailable } from '../store/database/database-errors.ts';

/** Items that wait in memory while the database is unreachable; beyond that the oldest are dropped, and reported as lost. */
const mostWaiting = 10_000;
/** Items of one write. */
const batch = 100;

/**
 * What sessions report, on its way into the database, in the order of arrival. Items that the database could not take are written when it
 * answers again; only the end of the process loses them.
 */
export class PendingWrites<Item> {
  readonly #write: (items: readonly Item[]) => Promise<void>;
  readonly #lost: (item: Item, why: string) => void;
  #waiting: Item[] = [];
  #writing: Promise<void> | null = null;

  /**
   * @param write writes all of them or none.
   * @param lost called for each item that is dropped.
   */
  constructor(write: (items: readonly Item[]) => Promise<void>, lost: (item: Item, why: string) => void) {
    this.#write = write;
    this.#lost = lost;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    const tooMany = this.#waiting.length > mostWaiting && this.#waiting.shift();
    if (tooMany) this.#lost(tooMany, `more than ${mostWaiting} items wait for the database`);
    // The regular caller of `flush` gets the error.
    this.flush().catch(() => {});
  }

  /** Writes all waiting items. @throws when the database does not answer; nothing is lost then. */
  flush(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    let most = batch;
    while (this.#waiting.length > 0) {
      const items = this.#waiting.slice(0, most);
      try {
        await this.#write(items);
      } catch (error) {
        if (isUnavailable(error)) throw error;
        if (items.length > 1) {
          // One of them cannot be written; the others can.
          most = 1;
          continue;
        }
        for (const item of items) this.#lost(item, String(error));
      }
      // The oldest may have been dropped meanwhile.
      const done = new Set(items);
      this.#waiting = this.#waiting.filter((item) => !done.has(item));
    }
  }
}
