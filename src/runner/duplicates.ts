import type { SeenEvent, SeenMessage } from '../contracts/host.ts';
import { Finding } from './finding.ts';

/** Counts what may happen only once. */
export class Duplicates {
  readonly #seen = new Set<string>();
  #readys = 0;
  #mostReadys = 0;
  #repeated = 0;

  see({ type, secret }: SeenEvent): void {
    if (type === 'client:ready') this.#mostReadys = Math.max(this.#mostReadys, ++this.#readys);
    if (type !== 'client:message') return;
    const { id, body } = secret as SeenMessage;
    // Where ids are damaged, the text has to do.
    const key = typeof id === 'string' ? `id ${id}` : `text ${body}`;
    if (this.#seen.has(key)) this.#repeated++;
    this.#seen.add(key);
  }

  /** A client that is started or linked anew may be ready again. */
  startOver(): void {
    this.#readys = 0;
  }

  /**
   * What happened too often; null when nothing did. Asked at the end, since what else goes wrong says more. Two `ready` come
   * before two messages: they are why there are two listeners.
   */
  get finding(): Finding | null {
    if (this.#mostReadys > 1) {
      return new Finding('duplicate-ready', `\`ready\` fired ${this.#mostReadys} times`, 'ready');
    }
    if (this.#repeated === 0) return null;
    return new Finding('duplicate-message', `${this.#repeated} \`message\` events told of a text again`, 'message');
  }
}
