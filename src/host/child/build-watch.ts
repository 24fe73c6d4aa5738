import { setTimeout as sleep } from 'node:timers/promises';
import type { LibraryFrame, LibraryPage } from './library-types.ts';
import type { Report } from './report.ts';

/** Evaluated in the page: the WhatsApp Web build by its own word, null while it has not said it. */
export const debugVersion = 'window.Debug?.VERSION ?? null';

/** A page sets its build somewhere on its way, which no event tells: often enough to know it before the next step of a link. */
const askEveryMs = 50;
/** What a page that does not answer may hold up, in milliseconds. */
const patienceMs = 1_000;

/** Reports the build of each document that the page loads, as soon as the document says it: `page:build`, null for one that has not yet. */
export class BuildWatch {
  readonly #report: Report;
  #page: LibraryPage | null = null;
  #reported: string | null = null;
  /** Grows with every document: the answer of one that is gone is of no interest. */
  #document = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Watches a page from its first navigation on. */
  follow(page: LibraryPage): void {
    this.#page = page;
    page.on('framenavigated', (frame: LibraryFrame) => {
      if (frame === page.mainFrame()) void this.#untilSaid(page);
    });
    page.on('close', () => {
      this.#document++;
    });
  }

  /** Asks once more, for what fails as soon as the page has said its build. Never rejects. */
  async look(): Promise<void> {
    if (this.#page) await Promise.race([this.#ask(this.#page), sleep(patienceMs, undefined, { ref: false })]);
  }

  async #untilSaid(page: LibraryPage): Promise<void> {
    const document = ++this.#document;
    while (document === this.#document && !(await this.#ask(page))) await sleep(askEveryMs, undefined, { ref: false });
  }

  /** True when the page has said its build. A page that gives no answer has not said that it has none. */
  async #ask(page: LibraryPage): Promise<boolean> {
    const document = this.#document;
    try {
      const said = await page.evaluate<unknown>(debugVersion);
      if (document !== this.#document) return false;
      const build = typeof said === 'string' ? said : null;
      if (build !== this.#reported) this.#report({ type: 'page:build', detail: build });
      this.#reported = build;
      return build !== null;
    } catch {
      return false;
    }
  }
}
