import { setTimeout as sleep } from 'node:timers/promises';
import type { LibraryFrame, LibraryPage } from './library-types.ts';
import type { Report } from './report.ts';

/** Between two looks at a document that has not yet shown what it is, in milliseconds. */
const lookEveryMs = 250;

interface PageLook {
  isWhatsAppWeb: boolean;
  build: string | null;
}

/**
 * What only the live site leaves open, read from its page without calling an action of it: whether a document is WhatsApp Web at all, and
 * of which build; the reason that the page gives its own code for a logout; whether the library intercepts requests.
 */
export class LiveWatch {
  readonly #report: Report;
  /** Grows with every document. */
  #document = 0;
  #said = '';

  constructor(report: Report) {
    this.#report = report;
  }

  /** Watches a page from its first navigation on. */
  follow(page: LibraryPage): void {
    reportInterception(page, this.#report);
    // Both are there before the library goes to the page: commands of one session keep their sequence.
    page
      .exposeFunction(tellLogout, (reason: unknown) => {
        this.#report({ type: 'page:logout', detail: { reason: String(reason) } });
      })
      .catch(() => {});
    page.evaluateOnNewDocument(hearLogoutSource).catch(() => {});
    page.on('framenavigated', (frame: LibraryFrame) => {
      if (frame === page.mainFrame()) void this.#look(page, ++this.#document);
    });
    page.on('load', () => void this.#lookOnce(page));
    page.on('close', () => {
      this.#document++;
    });
  }

  async #look(page: LibraryPage, document: number): Promise<void> {
    while (document === this.#document) {
      const seen = await page.evaluate<PageLook>(lookSource).catch(() => null);
      if (document !== this.#document) return;
      if (seen?.isWhatsAppWeb && seen.build !== null) return this.#see(document, seen);
      await sleep(lookEveryMs, undefined, { ref: false });
    }
  }

  /** A document that never becomes WhatsApp Web is reported too, once it is loaded. */
  async #lookOnce(page: LibraryPage): Promise<void> {
    const document = this.#document;
    const seen = await page.evaluate<PageLook>(lookSource).catch(() => null);
    if (seen) this.#see(document, seen);
  }

  /** Each document is reported once for each thing that it says. */
  #see(document: number, seen: PageLook): void {
    const said = `${document} ${seen.isWhatsAppWeb} ${seen.build}`;
    if (document !== this.#document || said === this.#said) return;
    this.#said = said;
    this.#report({ type: 'page:observed', detail: seen });
  }
}

/** Evaluated in the page. */
const lookSource = `(() => {
  const revision = /"client_revision":(\\d+)/.exec([...document.scripts].map(({ textContent }) => textContent).join('\\n'));
  const build = window.Debug?.VERSION ?? (revision ? '2.3000.' + revision[1] : null);
  return {
    isWhatsAppWeb: typeof window.__d === 'function' || typeof window.Debug?.VERSION === 'string',
    build: typeof build === 'string' ? build : null,
  };
})()`;

const tellLogout = '__wwebjsCanaryLogout';

/**
 * Runs in each document before its scripts: listens to the page's own event of a logout as soon as the module of it has run. A removed
 * device is logged out in the first second, and what the page showed is gone then.
 */
const hearLogoutSource = `(() => {
  const listen = () => {
    let cmd;
    try {
      const { WAWebCmd } = window.require?.('__debug')?.modulesMap ?? {};
      cmd = WAWebCmd?.exports?.Cmd;
      if (!cmd && WAWebCmd && document.readyState !== 'loading') cmd = window.require('WAWebCmd').Cmd;
    } catch {}
    if (typeof cmd?.on !== 'function') return setTimeout(listen, 5);
    for (const name of ['logout', 'logout_from_bridge']) cmd.on(name, (reason) => window.${tellLogout}(String(reason)));
  };
  if (window === window.top) listen();
})()`;

/**
 * Evaluated in the page: values of switches by their keys `gkx NUMBER` and `qex NUMBER`, as its html says them, and `ab NAME`, as its own
 * code reads them.
 */
export function switchesSource(keys: readonly string[]): string {
  return `(() => {
    const text = [...document.querySelectorAll('script[data-sjs]')].map((each) => each.textContent).join('\\n');
    const read = (key) => {
      const [kind, name] = key.split(' ');
      if (kind === 'gkx') return new RegExp('"' + name + '":\\\\{"result":(true|false)').exec(text)?.[1] ?? null;
      if (kind === 'qex') return new RegExp('"' + name + '":\\\\{"r":"?([\\\\w$.-]+)').exec(text)?.[1] ?? null;
      if (kind !== 'ab') return null;
      const value = window.require('WAWebABProps').getABPropConfigValue(name.replace('!', ''));
      return name.startsWith('!') ? String(!value) : String(value);
    };
    return Object.fromEntries(${JSON.stringify(keys)}.map((key) => {
      try { return [key, read(key)]; } catch { return [key, null]; }
    }));
  })()`;
}

/** Reports each time that the library turns the interception of requests on or off: it can break a service worker of the page. */
function reportInterception(page: LibraryPage, report: Report): void {
  const { setRequestInterception } = page;
  if (setRequestInterception === undefined) return;
  page.setRequestInterception = (isOn) => {
    report({ type: 'page:intercepted', detail: isOn });
    return setRequestInterception.call(page, isOn);
  };
}
