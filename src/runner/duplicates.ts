import type { SeenEvent, SeenMessage } from '../contracts/host.ts';
import { Finding } from './finding.ts';

/** Counts what may happen only once. */
export class Duplicates {
  readonly #seen = new Set<string>();
  #readys = 0;
  #finding: Finding | null = null;

  see({ type, secret }: SeenEvent): void {
    if (type === 'client:ready' && ++this.#readys > 1) {
      this.#keep(new Finding('duplicate-ready', `\`ready\` fired ${this.#readys} times`, 'ready'));
    }
    if (type !== 'client:message') return;
    const { id, body } = secret as SeenMessage;
    // Where ids are damaged, the text has to do.
    const key = typeof id === 'string' ? `id ${id}` : `text ${body}`;
    if (this.#seen.has(key)) {
      this.#keep(new Finding('duplicate-message', `a \`message\` event fired twice for one text`, 'message'));
    }
    this.#seen.add(key);
  }

  /** A client that is started or linked anew may be ready again. */
  startOver(): void {
    this.#readys = 0;
  }

  /** The first duplicate; null when there was none. Asked at the end: what else goes wrong says more. */
  get finding(): Finding | null {
    return this.#finding;
  }

  #keep(finding: Finding): void {
    if (this.#finding === null || this.#finding.code === finding.code) this.#finding = finding;
  }
}
