interface Due<T> {
  at: number;
  /** Events of the same time come in the sequence in which they were added. */
  number: number;
  event: T;
}

/** Events by their time, as a binary heap. */
export class Timeline<T> {
  readonly #heap: Due<T>[] = [];
  #added = 0;

  add(at: number, event: T): void {
    const due = { at, number: this.#added++, event };
    let place = this.#heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(due, this.#heap[parent] as Due<T>)) break;
      this.#heap[place] = this.#heap[parent] as Due<T>;
      place = parent;
    }
    this.#heap[place] = due;
  }

  /** The next event; undefined when there is none. */
  next(): { at: number; event: T } | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || this.#heap.length === 0) return first;
    let place = 0;
    while (true) {
      const left = 2 * place + 1;
      if (left >= this.#heap.length) break;
      const [a, b] = [this.#heap[left] as Due<T>, this.#heap[left + 1]];
      const least = b !== undefined && isBefore(b, a) ? left + 1 : left;
      if (!isBefore(this.#heap[least] as Due<T>, last)) break;
      this.#heap[place] = this.#heap[least] as Due<T>;
      place = least;
    }
    this.#heap[place] = last;
    return first;
  }
}

function isBefore<T>(a: Due<T>, b: Due<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}
