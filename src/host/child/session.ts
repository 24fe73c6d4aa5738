import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import type {
  AuthChoice,
  ClientSpec,
  HeapSizes,
  HostCalls,
  HostPlace,
  LoadedLibrary,
  PageFacts,
  PageSnapshot,
  SessionFacts,
} from '../../contracts/host.ts';
import type { PlainValue } from '../../contracts/host-events.ts';
import { BuildWatch, debugVersion } from './build-watch.ts';
import { hostHeap, pageHeap } from './heap-sizes.ts';
import { LibraryObjects } from './library-objects.ts';
import type { Library, LibraryClient, LibraryPage } from './library-types.ts';
import { LiveWatch, switchesSource } from './live-watch.ts';
import { loadLibrary } from './load-library.ts';
import { hideForPictureSource, maskedHtmlSource, showAfterPictureSource } from './masked-page.ts';
import { plainError, plainValue } from './plain-value.ts';
import type { Report } from './report.ts';
import { watchClient } from './watch-client.ts';

/** The longest interval that a timer of a page can have: 24 days, in milliseconds. A longer one would fire at once. */
const longestIntervalMs = 2 ** 31 - 1;

/**
 * How the library asks for pairing codes: every three minutes as by its default, and on the live site once, since the policy of live accounts
 * counts one code an attempt and WhatsApp refuses a number that gets many.
 */
export function pairingOptions(phoneNumber: string, isLive: boolean) {
  return { phoneNumber, showNotification: true, intervalMs: isLive ? longestIntervalMs : 180_000 };
}

/** One library version and, one at a time, one client of it. */
export class Session
  implements Omit<HostCalls, 'rest' | 'liveFor' | 'leave' | 'call' | 'callOnce' | 'ownerOf' | 'event'>
{
  readonly report: Report;
  readonly #isAlone: boolean;
  /** What its browser gets, where that is not the environment of the process. */
  #browserEnv: Record<string, string> | null = null;
  #isOver = false;
  #library: Library | null = null;
  #client: LibraryClient | null = null;
  /** What programs reach of the library: its methods, objects and events. */
  readonly objects: LibraryObjects;
  #lastPicture: Promise<unknown> = Promise.resolve();
  /** Names of events that are reported as data. */
  #followed: ReadonlySet<string> = new Set();

  /** @param isAlone true when the process has no other session, so that working folder and environment are its own. */
  constructor(send: Report, isAlone: boolean) {
    this.#isAlone = isAlone;
    this.report = (event) => {
      if (!this.#isOver) send(event);
      // A browser that was starting when the session ended.
      else if (event.type === 'browser:launched') killGroup(event.detail.pid);
    };
    this.objects = new LibraryObjects(this.report);
  }

  settle({ cwd, env }: HostPlace): void {
    if (!this.#isAlone) {
      this.#browserEnv = env;
      return;
    }
    process.chdir(cwd);
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, env);
  }

  async load(packageDir: string): Promise<LoadedLibrary> {
    const { library, loaded } = loadLibrary(packageDir);
    this.#library = library;
    this.report({ type: 'host:loaded', detail: loaded });
    return loaded;
  }

  async start({ auth, browser, options = {}, logsRequests = false, isLive = false }: ClientSpec): Promise<void> {
    if (!this.#library) throw new Error('load() comes before start()');
    const { pairWithPhoneNumber: phoneNumber, ...others } = options;
    const client = new this.#library.Client({
      ...others,
      ...(phoneNumber && { pairWithPhoneNumber: pairingOptions(phoneNumber, isLive) }),
      authStrategy: await createAuth(this.#library, auth),
      puppeteer: { ...browser, ...(this.#browserEnv && { env: this.#browserEnv }) },
      // The default cache would answer with the html of an earlier attempt instead of the page under test.
      webVersionCache: { type: 'none' },
    });
    this.#client = client;
    this.objects.use(client, this.#library);
    // A client that was replaced may live on for a while; what it says is not said of the new one.
    const report: Report = (event) => {
      if (this.#client === client) this.report(event);
    };
    const build = new BuildWatch(report);
    const live = isLive ? new LiveWatch(report) : null;
    watchClient(client, report, { build, live, logsRequests, isFollowed: (name) => this.#followed.has(name) });
    // A library that throws at once, without a promise, has to end in `host:error` too.
    Promise.resolve()
      .then(() => client.initialize())
      .then(
        () => report({ type: 'host:initialized', detail: null }),
        async (error) => {
          await build.look();
          report({ type: 'host:error', detail: { during: 'initialize', ...plainError(error) } });
        },
      );
  }

  follow(names: readonly string[]): void {
    this.#followed = new Set(names);
  }

  async sessionFacts(): Promise<SessionFacts> {
    const client = this.#started();
    const state = await client.getState();
    const wid = textOrNull(client.info?.wid?._serialized);
    return { state: textOrNull(state), wid, ...(wid === null && { socket: await this.#socket() }) };
  }

  /** Asked of the page itself: before a login the older versions answer nothing. Null when the page does not say. */
  async #socket(): Promise<string | null> {
    const state = await this.#started().pupPage?.evaluate<unknown>(
      '(() => { try { return window.require("WAWebSocketModel").Socket.state; } catch { return null; } })()',
    );
    return textOrNull(state);
  }

  async pageFacts(): Promise<PageFacts> {
    const { pupPage, pupBrowser } = this.#started();
    const [page, browserVersion] = await Promise.all([
      pupPage?.evaluate<Omit<PageFacts, 'browserVersion'>>(
        `({ debugVersion: ${debugVersion}, userAgent: navigator.userAgent })`,
      ),
      pupBrowser?.version(),
    ]);
    return {
      debugVersion: textOrNull(page?.debugVersion),
      userAgent: textOrNull(page?.userAgent),
      browserVersion: textOrNull(browserVersion),
    };
  }

  async switches(keys: readonly string[]): Promise<Record<string, string | null>> {
    return this.#page().evaluate(switchesSource(keys));
  }

  async heapSizes(): Promise<HeapSizes> {
    return { host: hostHeap(), page: await pageHeap(this.#page()) };
  }

  async snapshot(screenshot: string | null): Promise<PageSnapshot> {
    const page = this.#page();
    const at = performance.timeOrigin + performance.now();
    const dom = await page.evaluate<unknown>(maskedHtmlSource).catch(() => null);
    if (screenshot === null) return { at, dom: textOrNull(dom), hasScreenshot: false };
    // One at a time: the end of one would show what the next one hides.
    const picture = this.#lastPicture.then(() => takePicture(page, screenshot));
    this.#lastPicture = picture.catch(() => {});
    const hasScreenshot = await picture.catch(() => false);
    return { at, dom: textOrNull(dom), hasScreenshot };
  }

  async requestCode(number: string): Promise<void> {
    const client = this.#started();
    if (!client.requestPairingCode) throw new Error('this version cannot link with a pairing code');
    const code = String(await client.requestPairingCode(number));
    this.report({ type: 'host:code', detail: { length: code.length }, secret: code });
  }

  async sendText(to: string, body: string): Promise<PlainValue> {
    const message = await this.#started().sendMessage(to, body);
    return plainValue(message?.id?._serialized);
  }

  async logout(): Promise<void> {
    await this.#started().logout();
  }

  async destroy(): Promise<void> {
    await this.#started().destroy();
  }

  /** Ends the session: its browser at once, and another one as soon as it starts. Nothing is reported any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.killBrowser();
  }

  /** Ends the browser with the host when the parent is gone. */
  killBrowser(): void {
    killGroup(this.#client?.pupBrowser?.process()?.pid ?? null);
  }

  #started(): LibraryClient {
    if (!this.#client) throw new Error('the client has not been started');
    return this.#client;
  }

  #page(): LibraryPage {
    const page = this.#started().pupPage;
    if (!page) throw new Error('there is no page');
    return page;
  }
}

/** False when the page became another one meanwhile: what is personal in that one was not hidden, so nothing is written. */
async function takePicture(page: LibraryPage, file: string): Promise<boolean> {
  await page.evaluate(hideForPictureSource);
  let wasHidden: unknown = false;
  const png = await page.screenshot().finally(async () => {
    wasHidden = await page.evaluate<unknown>(showAfterPictureSource);
  });
  if (wasHidden !== true) return false;
  await writeFile(file, png);
  return true;
}

async function createAuth(library: Library, auth: AuthChoice): Promise<unknown> {
  if (auth.kind === 'local') return new library.LocalAuth({ dataPath: auth.dataPath });
  const { kind, file, ...settings } = auth;
  const { default: create } = await import(pathToFileURL(file).href);
  return create(library, settings);
}

function killGroup(pid: number | null): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
