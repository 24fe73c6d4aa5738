import { Problem } from '../../problems.ts';

/** Seconds after which a caller with too many streams may try again. */
const tryAgainSeconds = 10;

/** Counts the streams of accounts that are open at this instance, by the key that opened them. */
export class OpenStreams {
  readonly #perKey: number;
  readonly #open = new Map<string, number>();

  /** @param perKey how many streams a key may have open; 0 is no limit. */
  constructor(perKey: number) {
    this.#perKey = perKey;
  }

  /** Counts a stream until the returned function is called. @throws Problem `too-many-requests` */
  take(key: string): () => void {
    const open = this.#open.get(key) ?? 0;
    if (this.#perKey > 0 && open >= this.#perKey) {
      throw new Problem('too-many-requests', `A key may have ${this.#perKey} streams open at one instance.`, {
        retryAfterSeconds: tryAgainSeconds,
      });
    }
    this.#open.set(key, open + 1);
    return () => {
      const left = (this.#open.get(key) ?? 1) - 1;
      if (left > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    };
  }
}
