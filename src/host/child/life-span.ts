/** Ends something at its deadline, which `set` moves. Without a call to `set` it has no end. */
export class LifeSpan {
  readonly #end: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(end: () => void) {
    this.#end = end;
  }

  /** From now on `ms` milliseconds are left. */
  set(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#end, ms);
  }
}
