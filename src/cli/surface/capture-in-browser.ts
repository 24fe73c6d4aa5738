import { X509Certificate } from 'node:crypto';
import { type Browser, ensureBrowser } from '../../browser/ensure-browser.ts';
import type { AttemptEvent } from '../../contracts/attempt.ts';
import type { Untimed } from '../../contracts/host-events.ts';
import { TroubleError } from '../../contracts/input-error.ts';
import { LiveWatch } from '../../host/child/live-watch.ts';
import { watchAddresses } from '../../host/child/watch-page.ts';
import type { LiveAttempts, Visit, Visited } from '../../live/live-attempts.ts';
import { spkiOf } from '../../replica/server/certificate.ts';
import { chromiumArgs } from '../../replica/server/page-entrance.ts';
import { processTerminal } from '../../report/terminal.ts';
import { serversWord } from '../../runner/judge-live.ts';
import { accountKeys } from '../../surface/capture/as-it-ran.ts';
import type { CapturedPage } from '../../surface/capture/capture-surface.ts';
import { fetchAccountPage, fetchRunPage } from '../../surface/capture/fetch-page.ts';
import type { KeptScripts } from '../../surface/capture/kept-scripts.ts';
import type { LiveSite } from '../../surface/capture/live-site.ts';
import { type PageListener, type RunPage, runPage } from '../../surface/page/run-page.ts';
import { liveAttempts, withPoolInUse } from '../live/open-pool.ts';
import type { PoolOptions } from '../options/live-options.ts';
import { stopSignal } from '../process/signals.ts';

interface PageInBrowser {
  site: LiveSite;
  kept: KeptScripts;
  /** Name of the browser. */
  browser: string;
  say: (line: string) => void;
}

/** The page of the live site, run in a browser that no account is linked to. @throws TroubleError as `fetchRunPage`. */
export async function pageInBrowser(from: PageInBrowser, forced: boolean): Promise<CapturedPage> {
  const { site, kept, say } = from;
  return untilStopped(from, (browser, signal) =>
    fetchRunPage(site, kept, { forced, say, run: () => runPage({ browser, flags: flagsOf(site), signal }) }),
  );
}

/**
 * The page of a live account, run in a browser under a lease and within the limits of the policy.
 *
 * @throws InputError for an account that is not there, and a browser that would destroy its profile; TroubleError for one that is in use or
 * may not be started now, and as `fetchAccountPage`.
 */
export async function pageOfAccount(from: PageInBrowser, name: string, options: PoolOptions): Promise<CapturedPage> {
  const { progress } = processTerminal();
  return withPoolInUse(options, async (pool) => {
    await pool.accounts.find(name);
    return untilStopped(from, async (browser, signal) =>
      captureAccount(liveAttempts(pool, { accounts: [name], write: progress }), { ...from, name, browser, signal }),
    );
  });
}

/** Milliseconds that the page of an account may take, and those that its browser takes to start and to end. */
const accountMs = { page: 90_000, browser: 60_000 };

/** @param flags of the browser that lead elsewhere than to the internet. */
export async function captureAccount(
  attempts: LiveAttempts,
  {
    name,
    browser,
    site,
    kept,
    say,
    signal,
    flags = [],
  }: Omit<PageInBrowser, 'browser'> & {
    name: string;
    browser: Browser;
    signal?: AbortSignal;
    flags?: readonly string[];
  },
): Promise<CapturedPage> {
  const limits = { browser, ms: accountMs.page + accountMs.browser, ...(signal && { signal }) };
  const { value: ran, because } = await attempts.visit(name, limits, async ({ profile, signal: whole, hear }) => {
    const run = { browser, flags, profile, accountKeys, patienceMs: accountMs.page, signal: whole };
    return seenOf(await runPage({ ...run, listener: listenerOf(hear) }), hear);
  });
  if (ran.end === 'refused' || (ran.observed !== null && ran.end !== 'synced')) {
    const why = [...(ran.end === 'refused' ? [] : [whyNotSynced[ran.end]]), ...(because === null ? [] : [because])];
    throw new TroubleError(`account ${name}: ${why.join(' ')} See \`wwebjs-canary account list\`.`);
  }
  return fetchAccountPage(site, kept, { say, ran });
}

/** Hears in the page of a capture what an attempt hears in the page of a library. */
function listenerOf(hear: Visit['hear']): PageListener {
  const events: AttemptEvent[] = [];
  const add = (type: string, detail: unknown) => {
    events.push({ at: 0, type, detail });
    hear(type, detail);
  };
  return {
    follow(page) {
      const report = ({ type, detail }: Untimed) => add(type, detail);
      watchAddresses(page, report);
      new LiveWatch(report).follow(page);
    },
    seeState: (state) => add('harness:socket', { state, wid: null }),
    isOver: () => serversWord(events) !== null,
  };
}

/** What a page that ran says of its account. An error of the site, and a page that is not WhatsApp Web, say nothing of it. */
export function seenOf<T extends Pick<RunPage, 'answer' | 'end'>>(ran: T, hear: Visit['hear']): Visited<T> {
  const isWhatsAppWeb = ran.answer.status === 200 && ran.answer.text.includes('client_revision');
  hear('page:observed', { isWhatsAppWeb, build: null });
  if (ran.end === 'code') hear('harness:socket', { state: 'UNPAIRED', wid: null });
  return { value: ran, code: isWhatsAppWeb ? codeOfEnd[ran.end] : 'page-load-failed' };
}

const codeOfEnd: Record<RunPage['end'], Visited<RunPage>['code']> = {
  ...{ synced: null, code: 'logged-out' },
  ...{ refused: 'no-ready', late: 'no-ready' },
};

const whyNotSynced: Record<Exclude<RunPage['end'], 'synced' | 'refused'>, string> = {
  code: 'the page asks for a code, so its login is gone.',
  late: `the page was not ready within ${accountMs.page / 1000} s.`,
};

/** Ctrl-C ends the browser, and gives an account back. */
async function untilStopped<T>(
  { browser: name, say }: PageInBrowser,
  work: (browser: Browser, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const browser = await ensureBrowser(name, say);
  const stop = stopSignal(processTerminal().progress);
  try {
    return await work(browser, stop.signal);
  } catch (error) {
    const [bug] = stop.bugs;
    if (bug !== undefined) throw bug;
    throw stop.signal.aborted ? new TroubleError('the capture was ended; nothing was written') : error;
  } finally {
    stop[Symbol.dispose]();
  }
}

/** Where a server stands in for the live site, the browser gets the page from there. */
function flagsOf({ connectTo, trusted }: LiveSite): string[] {
  if (connectTo === undefined && trusted === undefined) return [];
  const spki =
    trusted === undefined ? '' : spkiOf(new X509Certificate(trusted).publicKey.export({ type: 'spki', format: 'der' }));
  if (connectTo === undefined) return [`--ignore-certificate-errors-spki-list=${spki}`];
  return chromiumArgs({ ...connectTo, spki });
}
