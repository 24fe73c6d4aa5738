import { InputError, TroubleError } from '../../contracts/input-error.ts';
import type { CapturedPage, PageScript } from './capture-surface.ts';
import { scriptAddresses } from './html-facts.ts';
import type { KeptPage, KeptScripts } from './kept-scripts.ts';
import { askWithBackoff, type LiveSite, navigation, type SiteAnswer, scriptRequest } from './live-site.ts';
import { buildIn } from './read-saved-page.ts';

const address = 'https://web.whatsapp.com/';
/** Between two requests for the page. */
const betweenPagesMs = 60 * 60 * 1000;
const atOnce = 5;
/** So many scripts in sequence that cannot be had end the capture: the site refuses. */
const mostFailures = 10;

/**
 * The page of the live site, as a browser that opens it gets it, with the scripts that its maps name. Scripts that are kept are not
 * requested, and the page itself once an hour at most: until then the kept one counts.
 *
 * @param forced asks for the page although the last request was less than an hour ago
 * @throws TroubleError where the site cannot be reached, refuses, or answers with anything but its page; scripts that came are kept
 */
export async function fetchPage(
  site: LiveSite,
  kept: KeptScripts,
  { forced, say }: { forced: boolean; say: (line: string) => void },
): Promise<CapturedPage> {
  const page = await pageOf(site, kept, forced, say);
  const build = buildIn(address, page.html);
  const addresses = [...scriptAddresses(page.html)];
  const { scripts, missing } = await scriptsOf(site, kept, addresses, say);
  const day = new Date(page.at).toISOString();
  return {
    build,
    date: day.slice(0, 10),
    capturedAt: day,
    method: 'network',
    source: `${address} ${day.slice(0, 10)}`,
    html: page.html,
    contentSecurityPolicy: page.contentSecurityPolicy,
    scripts,
    missing,
  };
}

async function pageOf(
  site: LiveSite,
  kept: KeptScripts,
  forced: boolean,
  say: (line: string) => void,
): Promise<KeptPage> {
  const { askedAt, page } = kept;
  const next = askedAt === null ? 0 : askedAt + betweenPagesMs;
  if (!forced && site.now() < next) {
    const day = new Date(site.now()).toISOString().slice(0, 10);
    const time = (at: number) => new Date(at).toISOString().slice(0, 16).replace(`${day}T`, '').replace('T', ' ');
    if (!page || page.at !== askedAt) {
      throw new TroubleError(
        `the live site was asked at ${time(askedAt as number)} UTC and gave no page; it is asked again from ${time(next)} UTC on, or now with --force`,
      );
    }
    say(`the page of ${time(page.at)} UTC; the site is asked again from ${time(next)} UTC on, or now with --force`);
    return page;
  }
  // Written down before: a capture that is killed has asked too. What got no answer does not count, as without a network.
  const at = site.now();
  kept.keepAskedAt(at);
  const answer = await askWithBackoff(site, address, navigation).catch((error: unknown) => {
    kept.keepAskedAt(askedAt);
    throw asTrouble(error, address);
  });
  checkAnswer(answer);
  const policy = answer.headers['content-security-policy'];
  const fresh = { at, html: answer.text, contentSecurityPolicy: String(policy ?? '') };
  kept.keepPage(fresh);
  return fresh;
}

/** @throws TroubleError for anything but the page of WhatsApp Web. */
function checkAnswer({ status, headers, text }: SiteAnswer): void {
  if (status >= 300 && status < 400) {
    throw new TroubleError(`${address} redirects to ${headers.location}: a captive portal answers in its place`);
  }
  if (status !== 200) {
    const retry = headers['retry-after'];
    const asks = retry === undefined ? '' : `, and asks to wait ${retry} s`;
    throw new TroubleError(`${address} answers ${status} after several tries${asks}`);
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
  if (error instanceof TroubleError) return error;
  return new TroubleError(`${url} cannot be reached: ${(error as Error).message}`, { cause: error });
}
