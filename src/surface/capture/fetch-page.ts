import type { ObservedPage } from '../../contracts/capture.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import type { CapturedPage, PageScript } from './capture-surface.ts';
import { scriptAddresses } from './html-facts.ts';
import type { KeptPage, KeptScripts } from './kept-scripts.ts';
import {
  askWithBackoff,
  HostUnknown,
  type LiveSite,
  navigation,
  retryAfterMs,
  type SiteAnswer,
  scriptRequest,
} from './live-site.ts';
import { buildIn } from './read-saved-page.ts';

const address = 'https://web.whatsapp.com/';
/** Between two requests for the page. */
const betweenPagesMs = 60 * 60 * 1000;
const atOnce = 5;
/** So many scripts in sequence that cannot be had end the capture: the site refuses. */
const mostFailures = 10;

interface FetchOptions {
  /** Asks for the page although the last request was less than an hour ago. */
  forced: boolean;
  say: (line: string) => void;
  /** Requests for the page in sequence, where the site answers with an error; four when left out. */
  tries?: number;
}

/**
 * The page of the live site, as a browser that opens it gets it, with the scripts that its maps name. Scripts that are kept are not
 * requested, and the page itself once an hour at most: until then the kept one counts.
 *
 * @throws TroubleError where the site cannot be reached, refuses, or answers with anything but its page; scripts that came are kept
 */
export async function fetchPage(site: LiveSite, kept: KeptScripts, options: FetchOptions): Promise<CapturedPage> {
  return fetchScripts(site, kept, await fetchHtml(site, kept, options), options.say);
}

/** The html that the live site answered with, and its build. */
export interface FetchedHtml {
  build: string;
  page: KeptPage;
}

/** The html alone. @throws TroubleError as `fetchPage`; SiteRefusal where the site answers with an error */
export async function fetchHtml(site: LiveSite, kept: KeptScripts, options: FetchOptions): Promise<FetchedHtml> {
  const page = await pageOf(site, kept, options);
  return { build: buildIn(address, page.html), page };
}

/** The page with its scripts. @throws TroubleError as `fetchPage` */
export async function fetchScripts(
  site: LiveSite,
  kept: KeptScripts,
  { page }: FetchedHtml,
  say: (line: string) => void,
): Promise<CapturedPage> {
  return { ...(await withScripts(site, kept, page, say)), method: 'network' };
}

/** Nothing answers, as without a network. */
export class SiteUnreachable extends TroubleError {}

/** The site answers, and not with its page. */
export class SiteRefusal extends TroubleError {
  /** Milliseconds that the site asks to wait; 0 where it does not. */
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** A page that came, with the scripts that its maps name. @throws TroubleError as `fetchPage`. */
async function withScripts(
  site: LiveSite,
  kept: KeptScripts,
  { at, html, contentSecurityPolicy }: KeptPage,
  say: (line: string) => void,
): Promise<Omit<CapturedPage, 'method'>> {
  const day = new Date(at).toISOString();
  return {
    build: buildIn(address, html),
    date: day.slice(0, 10),
    capturedAt: day,
    source: `${address} ${day.slice(0, 10)}`,
    ...(site.connectTo && { standIn: true as const }),
    html,
    contentSecurityPolicy,
    ...(await scriptsOf(site, kept, [...scriptAddresses(html)], say)),
  };
}

/** A page that a browser ran. */
export interface BrowserPage {
  /** The answer of the site with the page. */
  answer: SiteAnswer;
  /** Null where the page never had a loader of modules. */
  observed: ObservedPage | null;
}

/**
 * A page that a browser ran without an account, with the scripts that its maps name. It counts as a request for the page, which the site
 * gets once an hour at most.
 *
 * @param run opens the page; rejects with a TroubleError only where the site gave no answer
 * @throws TroubleError as `fetchPage`, and for a request too early
 */
export async function fetchRunPage(
  site: LiveSite,
  kept: KeptScripts,
  { forced, say, run }: FetchOptions & { run: () => Promise<BrowserPage> },
): Promise<CapturedPage> {
  const { askedAt, notBefore } = kept;
  if (!forced && site.now() < nextRequest(kept)) throw askedTooEarly(site, kept);
  const at = site.now();
  kept.keepAskedAt(at);
  const ran = await run().catch((error: unknown) => {
    // Any other error, and the end by a signal, may come after the answer of the site.
    if (error instanceof TroubleError) kept.keepAskedAt(askedAt, notBefore);
    throw error;
  });
  const page = heeding(site, kept, () => pageOfBrowser(ran, at));
  kept.keepPage(page);
  return { ...(await withScripts(site, kept, page, say)), method: 'page', observed: observedIn(ran, page) };
}

/**
 * The page of a linked account, which a browser ran, with the scripts that its maps name. How often an account opens the page is not
 * limited here, and the page is not kept.
 *
 * @throws TroubleError as `fetchPage`
 */
export async function fetchAccountPage(
  site: LiveSite,
  kept: KeptScripts,
  { say, ran }: Pick<FetchOptions, 'say'> & { ran: BrowserPage },
): Promise<CapturedPage> {
  const page = pageOfBrowser(ran, site.now());
  return { ...(await withScripts(site, kept, page, say)), method: 'account', observed: observedIn(ran, page) };
}

function pageOfBrowser({ answer }: BrowserPage, at: number): KeptPage {
  checkAnswer(answer, at);
  return pageOfAnswer(answer, at);
}

function pageOfAnswer({ text, headers }: SiteAnswer, at: number): KeptPage {
  return { at, html: text, contentSecurityPolicy: String(headers['content-security-policy'] ?? '') };
}

/** @throws TroubleError for a page that did not start, and for one of another build than its html. */
function observedIn({ observed }: BrowserPage, { html }: KeptPage): ObservedPage {
  if (observed === null) throw new TroubleError(`${address} came, and did not start: it has no loader of modules`);
  const build = buildIn(address, html);
  if (observed.build !== null && observed.build !== build) {
    throw new TroubleError(
      `the page that ran is ${observed.build}, and its html is of ${build}: a service worker of another build answered in part; try again`,
    );
  }
  return observed;
}

async function pageOf(site: LiveSite, kept: KeptScripts, { forced, say, tries }: FetchOptions): Promise<KeptPage> {
  const { askedAt, notBefore, page } = kept;
  if (!forced && site.now() < nextRequest(kept)) {
    if (!page || page.at !== askedAt) throw askedTooEarly(site, kept);
    say(`the page of ${timeAt(site, page.at)} UTC; the site ${nextTime(site, kept)}`);
    return page;
  }
  // Written down before: a capture that is killed has asked too. What got no answer does not count, as without a network.
  const at = site.now();
  kept.keepAskedAt(at);
  const answer = await askWithBackoff(site, address, navigation, tries).catch((error: unknown) => {
    kept.keepAskedAt(askedAt, notBefore);
    throw asTrouble(error, address);
  });
  heeding(site, kept, () => checkAnswer(answer, site.now(), tries));
  const fresh = pageOfAnswer(answer, at);
  kept.keepPage(fresh);
  return fresh;
}

/** From when on the site may be asked for its page, in milliseconds since 1970. */
export function nextRequest({ askedAt, notBefore }: Pick<KeptScripts, 'askedAt' | 'notBefore'>): number {
  return askedAt === null ? 0 : Math.max(askedAt + betweenPagesMs, notBefore);
}

/** Works with an answer of the site; what a refusal asks to wait is kept. */
function heeding<Result>(site: LiveSite, kept: KeptScripts, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof SiteRefusal) kept.keepAskedAt(kept.askedAt, site.now() + error.waitMs);
    throw error;
  }
}

function askedTooEarly(site: LiveSite, kept: KeptScripts): TroubleError {
  const { askedAt, page } = kept;
  const gave = page?.at === askedAt ? '' : ' and gave no page';
  return new TroubleError(
    `the live site was asked at ${timeAt(site, askedAt as number)} UTC${gave}; it ${nextTime(site, kept)}`,
  );
}

function nextTime(site: LiveSite, kept: KeptScripts): string {
  return `is asked again from ${timeAt(site, nextRequest(kept))} UTC on, or now with --force`;
}

/** The time of the day, with the day where that is not today's. */
function timeAt(site: LiveSite, at: number): string {
  const day = new Date(site.now()).toISOString().slice(0, 10);
  return new Date(at).toISOString().slice(0, 16).replace(`${day}T`, '').replace('T', ' ');
}

/** @throws TroubleError for anything but the page of WhatsApp Web. */
function checkAnswer({ status, headers, text }: SiteAnswer, now: number, tries?: number): void {
  if (status >= 300 && status < 400) {
    throw new TroubleError(`${address} redirects to ${headers.location}: a captive portal answers in its place`);
  }
  if (status !== 200) {
    const waitMs = retryAfterMs(headers, now);
    const asks = waitMs === 0 ? '' : `, and asks to wait ${Math.ceil(waitMs / 1000)} s`;
    const often = tries === 1 ? '' : ' after several tries';
    throw new SiteRefusal(`${address} answers ${status}${often}${asks}`, waitMs);
  }
  try {
    buildIn(address, text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const title = /<title[^>]*>([^<]{1,80})/i.exec(text)?.[1]?.trim();
    const shown = title === undefined ? '' : `, but "${title}"`;
    throw new TroubleError(
      `${address} answers with a page that is not that of WhatsApp Web${shown}: a captive portal, a proxy, or a page for browsers that it does not support`,
    );
  }
}

async function scriptsOf(
  site: LiveSite,
  kept: KeptScripts,
  addresses: readonly string[],
  say: (line: string) => void,
): Promise<Pick<CapturedPage, 'scripts' | 'missing'>> {
  const texts = new Map<string, string>();
  const missing: { script: string; message: string }[] = [];
  const left: string[] = [];
  for (const each of addresses) {
    const text = kept.script(each);
    if (text === null) left.push(each);
    else texts.set(each, text);
  }
  if (left.length > 0) say(`${left.length} of ${addresses.length} scripts are not kept and are requested`);
  let failures = 0;
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const got = await scriptAt(site, next);
      if (typeof got === 'string') {
        missing.push({ script: next, message: got });
        failures += 1;
        if (failures >= mostFailures) {
          throw new TroubleError(
            `${failures} scripts in sequence could not be had (${got}); ${texts.size} of ${addresses.length} are kept for the next time`,
          );
        }
        continue;
      }
      failures = 0;
      texts.set(next, got.text);
      kept.keepScript(next, got.text);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const each of workers) if (each.status === 'rejected') throw each.reason;
  const scripts = addresses.flatMap((name): PageScript[] => {
    const text = texts.get(name);
    return text === undefined ? [] : [{ name, text }];
  });
  return { scripts, missing };
}

/** The script, or why there is none. @throws TroubleError without a network. */
async function scriptAt(site: LiveSite, script: string): Promise<{ text: string } | string> {
  try {
    const { status, headers, text } = await askWithBackoff(site, `https://${script}`, scriptRequest);
    if (status !== 200) return `it answers ${status}`;
    const type = headers['content-type'] ?? '';
    return /javascript/.test(type) ? { text } : `it is of the type "${type}"`;
  } catch (error) {
    if (error instanceof TroubleError) throw error;
    return (error as Error).message;
  }
}

function asTrouble(error: unknown, url: string): TroubleError {
  if (error instanceof HostUnknown) return new SiteUnreachable(error.message, { cause: error });
  if (error instanceof TroubleError) return error;
  return new SiteUnreachable(`${url} cannot be reached: ${(error as Error).message}`, { cause: error });
}
