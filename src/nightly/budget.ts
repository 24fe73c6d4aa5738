/** The time that a night may still take. Durations in milliseconds. */
export class Budget implements Disposable {
  readonly #over = new AbortController();
  readonly #spentBefore: number;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;

  /** @param spentMs what earlier processes spent of it. */
  constructor(totalMs: number, spentMs: number) {
    this.#spentBefore = spentMs;
    this.#timer = setTimeout(() => this.#over.abort(), Math.max(0, totalMs - spentMs)).unref();
    if (totalMs <= spentMs) this.#over.abort();
  }

  /** Aborted when no time is left. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get spentMs(): number {
    return this.#spentBefore + performance.now() - this.#began;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
