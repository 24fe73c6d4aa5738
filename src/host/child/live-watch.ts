import { setTimeout as sleep } from 'node:timers/promises';
import type { LibraryFrame, WatchedPage } from './library-types.ts';
import type { Report } from './report.ts';

/** Between two looks at a document that has not yet shown what it is, in milliseconds. */
const lookEveryMs = 250;

interface PageLook {
  isWhatsAppWeb: boolean;
  build: string | null;
}

/**
 * What only the live site leaves open, read from its page without calling an action of it: whether a document is WhatsApp Web at all, and
 * of which build; what the page says of its account, such as a logout or a ban; whether the library intercepts requests.
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
  follow(page: WatchedPage): void {
    reportInterception(page, this.#report);
    // Both are there before the library goes to the page: commands of one session keep their sequence.
    page.exposeFunction(tell, (said: unknown) => this.#hear(String(said))).catch(() => {});
    page.evaluateOnNewDocument(listenSource).catch(() => {});
    page.on('framenavigated', (frame: LibraryFrame) => {
      if (frame === page.mainFrame()) void this.#look(page, ++this.#document);
    });
    page.on('load', () => void this.#lookOnce(page));
    page.on('close', () => {
      this.#document++;
    });
  }

  /** The listener is the only caller that sends the shape of an event; any other is passed over. */
  #hear(said: string): void {
    const { logout, account } = JSON.parse(said);
    if (logout) this.#report({ type: 'page:logout', detail: logout });
    if (account) this.#report({ type: 'page:account', detail: account });
  }

  async #look(page: WatchedPage, document: number): Promise<void> {
    while (document === this.#document) {
      const seen = await page.evaluate<PageLook>(lookSource).catch(() => null);
      if (document !== this.#document) return;
      if (seen?.isWhatsAppWeb && seen.build !== null) return this.#see(document, seen);
      await sleep(lookEveryMs, undefined, { ref: false });
    }
  }

  /** A document that never becomes WhatsApp Web is reported too, once it is loaded. */
  async #lookOnce(page: WatchedPage): Promise<void> {
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

/** Evaluated in the page: the build of its html, which a service worker may have kept; what it runs, it says later (`page:build`). */
const lookSource = `(() => {
  const revision = /"client_revision":(\\d+)/.exec([...document.scripts].map(({ textContent }) => textContent).join('\\n'));
  const build = revision ? '2.3000.' + revision[1] : window.Debug?.VERSION;
  return {
    isWhatsAppWeb: typeof window.__d === 'function' || typeof window.Debug?.VERSION === 'string',
    build: typeof build === 'string' ? build : null,
  };
})()`;

const tell = '__wwebjsCanaryTell';

/**
 * Runs in each document before its scripts: listens to the page's own events as soon as the page has run their modules, and runs none of
 * them itself. A removed device is logged out in the first second, and what the page showed is gone then.
 *
 * A logout that the page or the library begins (`Socket.logout`) first removes the noise key and then announces itself; one that the server
 * begins is not announced (a failure at login), or announced while the key is still there (a removed device). The event itself may have no
 * reason. [modules WAWebHandleFailure, WAWebHandleStreamError and WAWebSocketModel of builds of 2026]
 */
const listenSource = `(() => {
  if (window !== window.top) return;
  // An error in a listener would stop the logout of the page.
  const tell = (said) => {
    try { window.${tell}(JSON.stringify(said)); } catch {}
  };
  const exportsOf = (name) => {
    try { return window.require('__debug').modulesMap[name].exports ?? {}; } catch { return {}; }
  };
  const on = (emitter, name, listener) => {
    for (const each of [name, name + '_from_bridge']) emitter.on(each, listener);
  };
  const sinceEpoch = (seconds) => (seconds > 1e9 ? seconds * 1000 : Date.now() + seconds * 1000);
  const isHeard = new Set();
  const once = (emitter, listen) => {
    if (typeof emitter?.on !== 'function' || isHeard.has(emitter)) return;
    isHeard.add(emitter);
    listen(emitter);
  };
  const listenToCmd = (cmd) => {
    let isOwn = false;
    on(cmd, 'starting_logout', () => { isOwn = localStorage.getItem('WANoiseInfo') === null; });
    on(cmd, 'logout', (reason) => tell({
      logout: { reason: typeof reason === 'string' ? reason : null, by: isOwn ? 'page' : 'server' },
    }));
    on(cmd, 'account_temporarily_banned', (ban) => {
      if (ban?.banned) tell({ account: { kind: 'temporary-ban', until: sinceEpoch(Number(ban.expire) || 0) } });
    });
  };
  let lockedUntil = 0;
  const look = () => {
    once(exportsOf('WAWebCmd').Cmd, listenToCmd);
    once(exportsOf('WAWebLinkDeviceEvents').WAWebLinkDeviceEvents, (events) => {
      events.on('link_device_events:passkey_prologue_request', () => tell({ account: { kind: 'passkey', until: null } }));
    });
    const lock = exportsOf('WAWebUserPrefsIndexedDBStorage').userPrefsIdb?.get?.('WAReachoutTimelockState');
    const until = Number(lock?.time_enforcement_ends) || 0;
    if (until !== lockedUntil && until > Date.now()) tell({ account: { kind: 'timelock', until } });
    lockedUntil = until;
    setTimeout(look, isHeard.size === 0 ? 5 : 250);
  };
  look();
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
function reportInterception(page: WatchedPage, report: Report): void {
  const { setRequestInterception } = page;
  if (setRequestInterception === undefined) return;
  page.setRequestInterception = (isOn) => {
    report({ type: 'page:intercepted', detail: isOn });
    return setRequestInterception.call(page, isOn);
  };
}
