/** A place with `servers` that work at the same time, to which work comes in the sequence of time: first come, first served. */
export class Station {
  /** When each server is free, as a binary heap: the first is free first. */
  readonly #free: number[];
  #busyMs = 0;

  constructor(servers: number) {
    this.#free = new Array<number>(servers).fill(0);
  }

  /** What all servers worked together. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /**
   * @param at when the work comes, in milliseconds; not before any work that came earlier.
   * @param ms how long it takes a server.
   * @returns when it ends.
   */
  serve(at: number, ms: number): number {
    const end = Math.max(at, this.#free[0] as number) + ms;
    this.#busyMs += ms;
    this.#replaceFirst(end);
    return end;
  }

  #replaceFirst(time: number): void {
    const heap = this.#free;
    let place = 0;
    while (true) {
      const left = 2 * place + 1;
      const right = left + 1;
      if (left >= heap.length) break;
      const least = right < heap.length && (heap[right] as number) < (heap[left] as number) ? right : left;
      if ((heap[least] as number) >= time) break;
      heap[place] = heap[least] as number;
      place = least;
    }
    heap[place] = time;
  }
}
