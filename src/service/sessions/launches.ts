import type { PreparedLibraries } from './prepared-libraries.ts';

/** Limits how many browsers start at the same time. Waiting sessions get a slot in the order of arrival. */
export class Slots {
  readonly size: number;
  readonly #onFree: () => void;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param onFree called whenever a slot becomes free and no session waits for it. */
  constructor(size: number, onFree: () => void) {
    this.size = size;
    this.#onFree = onFree;
  }

  /** Slots that can be taken at once. */
  get free(): number {
    return Math.max(0, this.size - this.#taken - this.#waiting.length);
  }

  /** Slots that are taken, and how many sessions wait for one. */
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
      // The slot goes directly to the next waiting session, so a later one cannot take it.
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

/** Sessions on their way to a browser: each waits for its library, then for a slot. */
export class Launches {
  readonly #slots: Slots;
  readonly #libraries: PreparedLibraries;
  #preparing = 0;

  constructor(slots: Slots, libraries: PreparedLibraries) {
    this.#slots = slots;
    this.#libraries = libraries;
  }

  /** How many more sessions could get a slot as soon as their library is ready. */
  get room(): number {
    return this.#slots.free - this.#preparing;
  }

  /**
   * Waits for the turn of a session. Call the returned function when the browser has started. An installation takes minutes and no browser,
   * so it comes before the slot. When it fails, opening the host fails too.
   */
  async turn(library: string): Promise<() => void> {
    this.#preparing++;
    await this.#libraries.prepare(library).catch(() => {});
    this.#preparing--;
    return this.#slots.take();
  }
}
