import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, CDPSession, Page, Response } from 'playwright-core';
import { bundle } from '../../bundle/bundle.ts';
import { type ObservedPage, observedPageSchema } from '../../contracts/capture.ts';
import { browserLanguage, type ChromeIdentity, chromeIdentity } from '../../contracts/chrome-identity.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import type { Behaviours } from '../../contracts/surface.ts';
import type { PageProgress } from './in-page/main.ts';

/** A Chromium that starts on this machine. */
export interface Chromium {
  executablePath: string;
  /** Its product name over DevTools. */
  version: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

export interface PageRun {
  browser: Chromium;
  /** Flags of the browser that lead elsewhere than to the internet. */
  flags?: readonly string[];
  /** Folder of the profile of a linked device; without it, the page asks for a code. */
  profile?: string;
  /** Keys of the switches of a build that an account has; none are read without it. */
  accountKeys?: (build: string) => readonly string[];
  /** Milliseconds that the page may take; 90,000 when left out. */
  patienceMs?: number;
  signal?: AbortSignal;
  /** Hears what the server says of the account. */
  listener?: PageListener;
}

/** What a listener uses of a page. */
export interface ListenedPage {
  on(event: string, listener: (...args: never[]) => void): unknown;
  mainFrame(): { url(): string };
  evaluate<T>(source: string): Promise<T>;
  /** Calls of the function have one text. */
  exposeFunction(name: string, work: (said: unknown) => void): Promise<void>;
  evaluateOnNewDocument(source: string): Promise<unknown>;
}

export interface PageListener {
  /** Called before the first navigation. */
  follow(page: ListenedPage): void;
  /** Called with each state of the socket of the page. */
  seeState(state: string): void;
  /** Whether it has heard what ends the run. */
  isOver(): boolean;
}

/** A page that was run in a browser until no more modules came. */
export interface RunPage {
  /** Of the site, with the document that ran. Where it leads to another site, that is a redirection. */
  answer: { status: number; headers: Record<string, string>; text: string };
  /** Null where the document never had a loader of modules. */
  observed: ObservedPage | null;
  /** `code`: it asks for a code; `synced`: a linked account is there; `refused`: its listener has heard what ends it; `late`: none of these in time. */
  end: 'code' | 'synced' | 'refused' | 'late';
}

const address = 'https://web.whatsapp.com/';
const pollMs = 100;
/** No module came for so long, and this is how long that is waited for at most. */
const quiet = { ms: 750, atMostMs: 20_000 };
const observer = 'globalThis[Symbol.for("wwebjs-canary-observer")]';

/**
 * Opens the page of the live site in a browser and reads what it shows once no more modules come. Nothing of the page is called but what
 * reads AB props.
 *
 * @throws TroubleError where the page cannot be reached.
 */
export async function runPage({ profile, ...options }: PageRun): Promise<RunPage> {
  // What the browser writes besides its profile is removed with it, however it ends.
  const folder = await mkdtemp(join(tmpdir(), 'wwebjs-capture-'));
  try {
    return await runIn(profile ?? join(folder, 'profile'), folder, profile !== undefined, options);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runIn(
  profile: string,
  folder: string,
  isLinked: boolean,
  { browser, flags = [], accountKeys = () => [], patienceMs = 90_000, signal, listener }: Omit<PageRun, 'profile'>,
): Promise<RunPage> {
  const [{ chromium }, source] = await Promise.all([import('playwright-core'), bundle('observer')]);
  signal?.throwIfAborted();
  const identity = chromeIdentity(Number(/\/(\d+)\./.exec(browser.version)?.[1] ?? 142));
  const context = await chromium
    .launchPersistentContext(profile, {
      executablePath: browser.executablePath,
      args: [`--user-agent=${identity.userAgent}`, ...browser.args, ...flags],
      chromiumSandbox: !browser.args.includes('--no-sandbox'),
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, LANG: browserLanguage() },
        ...{ ...browser.env, TMPDIR: folder },
      },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    .catch((error: Error) => {
      throw new TroubleError(`the browser does not start: ${error.message.split('\n')[0]}`, { cause: error });
    });
  const leave = () => void context.close();
  signal?.addEventListener('abort', leave);
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const session = await watch(context, page, source);
    await nameAs(session, identity);
    if (listener) await listen(page, session, listener);
    return await follow({ page, session, isLinked, accountKeys, patienceMs, ...(listener && { listener }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', leave);
    await context.close();
  }
}

/** A browser without a window is refused by its name, and has it in the brands too. */
async function nameAs(session: CDPSession, { userAgent, brands, platform }: ChromeIdentity): Promise<void> {
  const system = { platform, platformVersion: '', architecture: 'x86', model: '', mobile: false };
  await session.send('Emulation.setUserAgentOverride', { userAgent, userAgentMetadata: { brands, ...system } });
}

/** Puts the code that observes into each document, before the scripts of the page. */
async function watch(context: BrowserContext, page: Page, source: string): Promise<CDPSession> {
  const session = await context.newCDPSession(page);
  await session.send('Page.enable');
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source });
  return session;
}

/** The listener has its functions in each document before the scripts of the page. */
async function listen(page: Page, session: CDPSession, listener: PageListener): Promise<void> {
  const prepared: Promise<unknown>[] = [];
  const send: CDPSession['send'] = (...command) => {
    const sent = session.send(...command);
    prepared.push(sent);
    return sent;
  };
  listener.follow({
    on: (event, heard) => page.on(event as 'load', heard as () => void),
    mainFrame: () => page.mainFrame(),
    evaluate: (expression) => evaluate(session, expression) as Promise<never>,
    async exposeFunction(name, work) {
      session.on('Runtime.bindingCalled', (call) => {
        if (call.name === name) work(call.payload);
      });
      await send('Runtime.addBinding', { name });
    },
    evaluateOnNewDocument: (source) => send('Page.addScriptToEvaluateOnNewDocument', { source }),
  });
  // Without it no call of a function arrives.
  await Promise.all([...prepared, session.send('Runtime.enable')]);
}

interface Followed {
  page: Page;
  session: CDPSession;
  isLinked: boolean;
  accountKeys: (build: string) => readonly string[];
  patienceMs: number;
  listener?: PageListener;
}

async function follow({ page, session, isLinked, accountKeys, patienceMs, listener }: Followed): Promise<RunPage> {
  const deadline = performance.now() + patienceMs;
  const sockets = await countSockets(page, session);
  // A linked page may load itself anew: the last document counts.
  let last: Response | null = null;
  page.on('response', (response) => {
    if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) last = response;
  });
  await page.goto(address, { waitUntil: 'commit', timeout: patienceMs }).catch(asTrouble);
  const first = await answerOf(last);
  if (first.status !== 200 || !first.text.includes('client_revision')) {
    return { answer: first, observed: null, end: 'late' };
  }
  const end = await untilDone(session, isLinked, deadline, listener);
  const progress = await progressOf(session, deadline);
  const keys = progress?.build ? accountKeys(progress.build) : [];
  const seen = await ask(session, `${observer}?.observe(${JSON.stringify(keys)}) ?? null`, deadline);
  const observed = observedPageSchema.nullable().parse(seen);
  const hasLoader = observed !== null && Object.keys(observed.modules).length > 0;
  return {
    answer: await answerOf(last),
    observed: hasLoader ? withSocket(observed, sockets) : null,
    end,
  };
}

async function answerOf(response: Response | null): Promise<RunPage['answer']> {
  if (response === null) return { status: 0, headers: {}, text: '' };
  const url = response.url();
  if (new URL(url).origin !== new URL(address).origin) return { status: 302, headers: { location: url }, text: '' };
  const text = await response.text().catch(() => '');
  return { status: response.status(), headers: await response.allHeaders(), text };
}

/** Sockets of the page to its servers: of its own code, and of its workers too. */
interface Sockets {
  own: number;
  all: number;
}

/** The protocol reports the sockets of a worker in a session of that worker. */
async function countSockets(page: Page, session: CDPSession): Promise<Sockets> {
  const sockets = { own: 0, all: 0 };
  const isOfServer = (url: string) => /^wss:\/\/[\w.-]+\.whatsapp\.(com|net)[:/]/.test(url);
  session.on('Network.webSocketCreated', ({ url }) => {
    if (isOfServer(url)) sockets.own += 1;
  });
  page.on('websocket', (socket) => {
    if (isOfServer(socket.url())) sockets.all += 1;
  });
  await session.send('Network.enable');
  return sockets;
}

function withSocket(shown: ObservedPage, { own, all }: Sockets): ObservedPage {
  if (all === 0) return shown;
  const socketIn: Behaviours['socketIn'] = own > 0 ? 'page' : 'worker';
  return { ...shown, behaviours: { ...shown.behaviours, socketIn } };
}

/** Waits until the page asks for a code or is linked, and no more modules come, or until its listener has heard what ends it. */
async function untilDone(
  session: CDPSession,
  isLinked: boolean,
  deadline: number,
  listener: PageListener | undefined,
): Promise<RunPage['end']> {
  let [count, changedAt, reachedAt] = [-1, 0, Number.POSITIVE_INFINITY];
  let end: RunPage['end'] = 'late';
  let state: string | null = null;
  while (performance.now() < deadline) {
    const progress = await progressOf(session, deadline);
    const now = performance.now();
    if (progress !== null && progress.socket !== null && progress.socket !== state) {
      state = progress.socket;
      listener?.seeState(state);
    }
    if (progress === null || progress.modules < count) end = 'late';
    if (progress !== null && progress.modules !== count) [count, changedAt] = [progress.modules, now];
    const reached = progress === null ? 'late' : endOf(progress, isLinked);
    if (reached !== end) [end, reachedAt] = [reached, now];
    if (listener?.isOver() || (isLinked && end === 'code')) {
      // The word that ends a link has several parts: an address that names the reason comes after the logout.
      await sleep(quiet.ms);
      return listener?.isOver() ? 'refused' : end;
    }
    const isQuiet = now - changedAt >= quiet.ms && now - reachedAt >= quiet.ms;
    if (end !== 'late' && (isQuiet || now - reachedAt >= quiet.atMostMs)) return end;
    await sleep(pollMs);
  }
  return end;
}

async function progressOf(session: CDPSession, deadline: number): Promise<PageProgress | null> {
  return (await ask(session, `${observer}?.progress() ?? null`, deadline)) as PageProgress | null;
}

function endOf({ build, asksForCode, isSynced }: PageProgress, isLinked: boolean): RunPage['end'] {
  if (isSynced) return 'synced';
  return asksForCode && (build !== null || isLinked) ? 'code' : 'late';
}

/** Null while a document is being replaced, and for a page that does not answer. */
async function ask(session: CDPSession, expression: string, deadline: number): Promise<unknown> {
  const waiting = new AbortController();
  const patience = Math.max(1000, deadline - performance.now());
  const tooLate = sleep(patience, null, { signal: waiting.signal }).catch(() => null);
  const answer = evaluate(session, expression).catch(() => null);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    waiting.abort();
  }
}

async function evaluate(session: CDPSession, expression: string): Promise<unknown> {
  const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true });
  return result.value ?? null;
}

function asTrouble(error: Error): never {
  const code = /net::(ERR_\w+)/.exec(error.message)?.[1] ?? '';
  const why = /NAME_NOT_RESOLVED|INTERNET_DISCONNECTED/.test(code)
    ? 'there is no network, or it does not know the name'
    : /CERT|SSL/.test(code)
      ? 'its certificate is not trusted: a captive portal or a proxy answers in its place; --trust names the certificate of a proxy'
      : /Timeout/.test(error.message)
        ? 'there is no answer in time'
        : error.message.split('\n')[0];
  throw new TroubleError(`${address} cannot be reached${code && ` (${code})`}: ${why}`, { cause: error });
}
