import { isUnavailable } from '../store/database/database-errors.ts';

/** Items that wait in memory while the database is unreachable; beyond that the oldest that are not being written are dropped as lost. */
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
  readonly #waiting: Item[] = [];
  /** How many of the oldest are being written. */
  #underWay = 0;
  #writing: Promise<void> | null = null;

  /**
   * @param write writes all of them or none.
   * @param lost called for each item that is dropped. It adds none.
   */
  constructor(write: (items: readonly Item[]) => Promise<void>, lost: (item: Item, why: string) => void) {
    this.#write = write;
    this.#lost = lost;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    if (this.#waiting.length > mostWaiting) {
      const [oldest] = this.#waiting.splice(this.#underWay, 1);
      this.#lost(oldest as Item, `more than ${mostWaiting} items wait for the database`);
    }
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
      this.#underWay = items.length;
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
      } finally {
        this.#underWay = 0;
      }
      this.#waiting.splice(0, items.length);
    }
  }
}
