import type { PreparedLibraries } from './prepared-libraries.ts';
import type { Slots } from './slots.ts';

/** Sessions on their way to a browser: each waits for its library, then for a slot. */
export class Launches {
  readonly #slots: Slots;
  readonly #libraries: PreparedLibraries;
  #preparing = 0;

  constructor(slots: Slots, libraries: PreparedLibraries) {
    this.#slots = slots;
    this.#libraries = libraries;
  }

  /** Sessions more that could have a slot as soon as their library is there. */
  get room(): number {
    return this.#slots.free - this.#preparing;
  }

  /**
   * Waits for the turn of a session. The function that it returns says that the browser has started. An installation takes minutes
   * and no browser: it happens before the slot is taken. What it fails with is told when the host is opened.
   */
  async turn(library: string): Promise<() => void> {
    this.#preparing++;
    await this.#libraries.prepare(library).catch(() => {});
    this.#preparing--;
    return this.#slots.take();
  }
}
