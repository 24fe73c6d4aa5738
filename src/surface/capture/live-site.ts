import type { IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { getCACertificates } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { chromeIdentity } from '../../contracts/chrome-identity.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';

/** How the live site is reached, and by which clock. */
export interface LiveSite {
  /** Where to connect, in place of what the names of hosts resolve to. */
  connectTo?: { host: string; port: number };
  /** A certificate as PEM that is trusted besides the usual ones. */
  trusted?: string;
  /** Ends requests and waits. */
  signal?: AbortSignal;
  /** Called before each request; throws where none may be made any more. */
  mayAsk?: () => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Waits some milliseconds. */
  sleep: (ms: number) => Promise<void>;
}

export const realClock: Pick<LiveSite, 'now' | 'sleep'> = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await sleepFor(ms);
  },
};

export interface SiteAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** What a browser sends that opens the page; the live site answers 400 without the `sec-fetch` headers. */
const { userAgent, brands, platform } = chromeIdentity(142);
const common = {
  'sec-ch-ua': brands.map(({ brand, version }) => `"${brand}";v="${version}"`).join(', '),
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': `"${platform}"`,
  'user-agent': userAgent,
  'accept-language': 'en-US,en;q=0.9',
  'accept-encoding': 'gzip, br',
};
export const navigation: Readonly<Record<string, string>> = {
  ...common,
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'upgrade-insecure-requests': '1',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'none',
  'sec-fetch-user': '?1',
};
export const scriptRequest: Readonly<Record<string, string>> = {
  ...common,
  accept: '*/*',
  origin: 'https://web.whatsapp.com',
  referer: 'https://web.whatsapp.com/',
  'sec-fetch-dest': 'script',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'cross-site',
};

/** No page, no script of WhatsApp Web and no file of facts is as large. */
const mostBytes = 64 * 2 ** 20;

/** An answer that is larger; another try gives the same. */
class TooLarge extends Error {
  constructor() {
    super(`the answer is larger than ${mostBytes / 2 ** 20} MB`);
  }
}

const answerMs = 60_000;

/** @throws the error of the network; an Error for an answer that is too large, too slow or cannot be unpacked. */
export function ask(site: LiveSite, url: string, headers: Readonly<Record<string, string>>): Promise<SiteAnswer> {
  const { host: named, hostname, port: given, pathname, search } = new URL(url);
  const { host, port } = site.connectTo ?? { host: hostname, port: Number(given || 443) };
  const trust = site.trusted === undefined ? {} : { ca: [...getCACertificates('default'), site.trusted] };
  return new Promise((resolve, reject) => {
    const request = requestOverTls({
      host,
      port,
      ...(isIP(hostname) === 0 && { servername: hostname }),
      path: `${pathname}${search}`,
      headers: { ...headers, host: named },
      ...trust,
      signal: AbortSignal.any([AbortSignal.timeout(answerMs), ...(site.signal ? [site.signal] : [])]),
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // The site may close a connection that is kept for the next request at the moment at which it is used.
      const isStale = request.reusedSocket && error.code === 'ECONNRESET';
      if (isStale) ask(site, url, headers).then(resolve, reject);
      else reject(error);
    });
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > mostBytes) request.destroy(new TooLarge());
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          const text = unpacked(Buffer.concat(parts), response.headers['content-encoding']);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        } catch (error) {
          reject((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge() : error);
        }
      });
    });
    request.end();
  });
}

function unpacked(bytes: Buffer, encoding: string | undefined): string {
  const limit = { maxOutputLength: mostBytes };
  if (encoding === 'br') return brotliDecompressSync(bytes, limit).toString('utf8');
  if (encoding === 'gzip') return gunzipSync(bytes, limit).toString('utf8');
  return bytes.toString('utf8');
}

/** Tries of one address, and what is waited before the second; each further wait is twice as long. */
const usualTries = 4;
const firstWaitMs = 2000;
/** A site that asks for a longer wait is not waited for. */
const longestWaitMs = 120_000;

/** The name of a host does not resolve, as without a network. */
export class HostUnknown extends TroubleError {}

/** Statuses of which another try gives the same. */
const isFinal = (status: number) => status < 400 || status === 404 || status === 410;

/**
 * Asks again with exponential backoff where the site answers with an error or the connection breaks.
 *
 * @throws HostUnknown; TroubleError for a certificate that is not trusted; that of `mayAsk`; that of `ask` after the last try.
 */
export async function askWithBackoff(
  site: LiveSite,
  url: string,
  headers: Readonly<Record<string, string>>,
  tries = usualTries,
): Promise<SiteAnswer> {
  for (let tried = 1; ; tried += 1) {
    await site.mayAsk?.();
    const result = await ask(site, url, headers).catch((error: NodeJS.ErrnoException) => error);
    if (site.signal?.aborted) throw new TroubleError(`${url}: the request was ended`);
    if (result instanceof Error) {
      const trouble = troubleOf(result, url);
      if (trouble) throw trouble;
      if (tried === tries || result instanceof TooLarge) throw result;
    } else if (isFinal(result.status) || tried === tries) return result;
    const wanted = result instanceof Error ? 0 : retryAfterMs(result.headers, site.now());
    if (!(result instanceof Error) && wanted > longestWaitMs) return result;
    await site.sleep(Math.max(wanted, firstWaitMs * 2 ** (tried - 1)));
  }
}

/** Milliseconds that an answer asks to wait, by a number of seconds or a date [RFC 9110, 10.2.3]; 0 where it asks for none. */
export function retryAfterMs(headers: SiteAnswer['headers'], now: number): number {
  const said = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

const mostRedirects = 5;

/**
 * The text of a file behind an https address, or behind the one that it redirects to.
 *
 * @throws TroubleError where it cannot be had; InputError for an address that is none, or a redirect to one without encryption
 */
export async function fetchFile(site: LiveSite, address: string): Promise<string> {
  let url = address;
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    if (!URL.canParse(url)) throw new InputError(`${url}: it is no address`);
    if (!url.startsWith('https:')) throw new InputError(`${url}: only https addresses are fetched`);
    const { status, headers, text } = await askWithBackoff(site, url, common).catch((error: Error) => {
      throw error instanceof TroubleError
        ? error
        : new TroubleError(`${url} cannot be fetched: ${error.message}`, { cause: error });
    });
    if (status === 200) return text;
    if (status < 300 || status >= 400 || headers.location === undefined)
      throw new TroubleError(`${url} answers ${status}`);
    url = URL.parse(headers.location, url)?.href ?? headers.location;
  }
  throw new TroubleError(`${address} redirects more than ${mostRedirects} times`);
}

function troubleOf(error: NodeJS.ErrnoException, url: string): TroubleError | null {
  const { host } = new URL(url);
  const code = error.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new HostUnknown(`${host} cannot be found (${code}): there is no network, or it does not know the name`);
  }
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(code)) {
    return new TroubleError(
      `the certificate of ${host} is not trusted (${code}): a captive portal or a proxy answers in its place; --trust names the certificate of a proxy`,
    );
  }
  return null;
}
