import type { SeenEvent } from '../contracts/host.ts';

/** The last event of each type since the last mark, and who waits for one. */
export class EventLog {
  readonly #last = new Map<string, SeenEvent>();
  readonly #waiting = new Set<() => boolean>();

  add(event: SeenEvent): void {
    this.#last.set(event.type, event);
    for (const settle of this.#waiting) if (settle()) this.#waiting.delete(settle);
  }

  last(type: string): SeenEvent | undefined {
    return this.#last.get(type);
  }

  has(type: string): boolean {
    return this.#last.has(type);
  }

  /** What has happened so far happened to another start or another link. */
  forget(...types: readonly string[]): void {
    if (types.length === 0) this.#last.clear();
    for (const type of types) this.#last.delete(type);
  }

  /** The last event of one of these types; waits for the first. */
  seen(...types: readonly string[]): Promise<SeenEvent> {
    return this.until(() => types.map((type) => this.#last.get(type)).find((event) => event !== undefined));
  }

  /** What `find` finds now or after any later event. */
  until<T>(find: () => T | undefined): Promise<T> {
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      this.#waiting.add(() => {
        const value = find();
        if (value !== undefined) resolve(value);
        return value !== undefined;
      });
    });
  }
}
