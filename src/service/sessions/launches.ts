import type { PreparedLibraries } from './prepared-libraries.ts';

/** What a browser is started for: a link, for which a person waits, or a session that was linked before. */
export type LaunchKind = 'link' | 'restoration';

/** Limits how many browsers start at the same time. Links and restorations wait in two queues, which take turns: neither can starve the other. */
export class Slots {
  readonly size: number;
  readonly #onFree: () => void;
  #taken = 0;
  readonly #waiting: Record<LaunchKind, (() => void)[]> = { link: [], restoration: [] };
  #last: LaunchKind = 'restoration';

  /** @param onFree called whenever a slot becomes free and no session waits for it. */
  constructor(size: number, onFree: () => void) {
    this.size = size;
    this.#onFree = onFree;
  }

  /** Slots that can be taken at once. */
  get free(): number {
    return Math.max(0, this.size - this.#taken - this.waiting('link') - this.waiting('restoration'));
  }

  /** Slots that are taken, and how many sessions wait for one. */
  get taken(): { underWay: number; waiting: number } {
    return { underWay: this.#taken, waiting: this.waiting('link') + this.waiting('restoration') };
  }

  /** How many wait for a slot. */
  waiting(kind: LaunchKind): number {
    return this.#waiting[kind].length;
  }

  /** Waits for a slot. The function that it returns gives it back; calling that again does nothing. */
  async take(kind: LaunchKind): Promise<() => void> {
    if (this.#taken >= this.size) await new Promise<void>((resolve) => this.#waiting[kind].push(resolve));
    else this.#taken++;
    this.#last = kind;
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      // The slot goes directly to the next waiting session, so a later one cannot take it.
      const next = this.#next();
      if (next) {
        next();
        return;
      }
      this.#taken--;
      this.#onFree();
    };
  }

  #next(): (() => void) | undefined {
    const { link, restoration } = this.#waiting;
    return this.#last === 'link' ? (restoration.shift() ?? link.shift()) : (link.shift() ?? restoration.shift());
  }
}

/** Sessions on their way to a browser: each waits for its library, then for a slot. */
export class Launches {
  readonly #slots: Slots;
  readonly #libraries: PreparedLibraries;
  readonly #preparing: Record<LaunchKind, number> = { link: 0, restoration: 0 };

  constructor(slots: Slots, libraries: PreparedLibraries) {
    this.#slots = slots;
    this.#libraries = libraries;
  }

  /**
   * How many more restorations could get a slot as soon as their library is ready. Where links have taken all slots, one restoration
   * may wait for its turn between them.
   */
  get room(): number {
    const { link, restoration } = this.#preparing;
    const free = Math.max(0, this.#slots.free - link - restoration);
    const linksWait = this.#slots.waiting('link') + link > 0;
    const isNext = linksWait && this.#slots.waiting('restoration') + restoration === 0;
    return isNext ? Math.max(free, 1) : free;
  }

  /**
   * Waits for the turn of a session. Call the returned function when the browser has started. An installation takes minutes and no browser,
   * so it comes before the slot. When it fails, opening the host fails too.
   */
  async turn(library: string, kind: LaunchKind): Promise<() => void> {
    this.#preparing[kind]++;
    await this.#libraries.prepare(library).catch(() => {});
    this.#preparing[kind]--;
    return this.#slots.take(kind);
  }
}
