/** A list that keeps as many items of its beginning and of its end as it may, and counts those between. */
export class BothEnds<T> {
  readonly #kept: number;
  readonly first: T[] = [];
  /** A ring. */
  readonly #last: T[] = [];
  dropped = 0;

  /** @param kept how many items are kept at each end. */
  constructor(kept: number) {
    this.#kept = kept;
  }

  add(item: T): void {
    if (this.first.length < this.#kept) this.first.push(item);
    else if (this.#last.length < this.#kept) this.#last.push(item);
    else this.#last[this.dropped++ % this.#kept] = item;
  }

  /** Oldest first. */
  get last(): T[] {
    const oldest = this.dropped % this.#kept;
    return [...this.#last.slice(oldest), ...this.#last.slice(0, oldest)];
  }

  /** What is kept, oldest first. */
  get all(): T[] {
    return [...this.first, ...this.last];
  }
}
