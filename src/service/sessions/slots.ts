/** How many browsers may be starting at the same time. Those who wait get their turn in the order in which they came. */
export class Slots {
  readonly size: number;
  readonly #onFree: () => void;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param onFree called whenever a slot came free that nobody waits for. */
  constructor(size: number, onFree: () => void) {
    this.size = size;
    this.#onFree = onFree;
  }

  /** Slots that somebody could have at once. */
  get free(): number {
    return Math.max(0, this.size - this.#taken - this.#waiting.length);
  }

  /** Slots that are taken, and how many wait for one. */
  get taken(): { underWay: number; waiting: number } {
    return { underWay: this.#taken, waiting: this.#waiting.length };
  }

  /** Waits for a slot. The function that it returns gives it back; calling that again does nothing. */
  async take(): Promise<() => void> {
    if (this.#taken >= this.size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken++;
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      // A slot goes over to whoever waits, so that nobody who comes in between can have it.
      const next = this.#waiting.shift();
      if (next) {
        next();
        return;
      }
      this.#taken--;
      this.#onFree();
    };
  }
}
