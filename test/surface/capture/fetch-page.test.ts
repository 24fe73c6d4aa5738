import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ObservedPage } from '../../../src/contracts/capture.ts';
import { TroubleError } from '../../../src/contracts/input-error.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { processCertificate } from '../../../src/replica/server/certificate.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import { captureSurface } from '../../../src/surface/capture/capture-surface.ts';
import { fetchAccountPage, fetchPage, fetchRunPage } from '../../../src/surface/capture/fetch-page.ts';
import { KeptScripts } from '../../../src/surface/capture/kept-scripts.ts';
import { askWithBackoff, fetchFile, type LiveSite, retryAfterMs } from '../../../src/surface/capture/live-site.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { shownAfter, shownBy } from './round-trip.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // a certificate and the page's script may have to be made

const build = '2.3000.1044822804';
const hour = 3_600_000;

/** A site on this machine, with a clock that goes on when something waits. */
function siteAt(port: number, trusted: string): LiveSite & { waits: number[]; at: number } {
  const site = {
    connectTo: { host: '127.0.0.1', port },
    trusted,
    waits: [] as number[],
    at: Date.parse('2026-11-29T12:00:00Z'),
    now: () => site.at,
    sleep: async (ms: number) => {
      site.waits.push(ms);
      site.at += ms;
    },
  };
  return site;
}

const quiet = { forced: false, say: () => {} };

describe('over the network', () => {
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica({ build, liveScripts: true });
  });
  afterAll(() => replica.close());

  test('the capture of a replica is the surface that its page was made from, with what its headers show', async () => {
    const site = siteAt(replica.port, replica.certificate);
    const page = await fetchPage(site, new KeptScripts(temporaryFolder()), quiet);
    expect(page.missing).toEqual([]);
    const capture = captureSurface(page, []);
    const surface = resolveSurface(build);
    expect(capture.behaviours).toMatchObject({ inlineScripts: surface.behaviours.inlineScripts });
    expect(capture).toMatchObject({ method: 'network', capturedAt: '2026-11-29T12:00:00.000Z' });
    expect(shownAfter(capture, Object.keys(surface.modules))).toEqual(shownBy(surface));
  });

  test('within an hour the kept page and scripts count, and nothing is requested; after it, or when forced, the page is', async () => {
    const folder = temporaryFolder();
    const site = siteAt(replica.port, replica.certificate);
    const first = await fetchPage(site, new KeptScripts(folder), quiet);
    const closed = { ...site, connectTo: { host: '127.0.0.1', port: 1 } };
    // A request that is repeated takes time, too.
    site.at = (new KeptScripts(folder).askedAt as number) + hour - 1;
    const lines: string[] = [];
    const again = await fetchPage({ ...closed, now: site.now }, new KeptScripts(folder), {
      forced: false,
      say: (line) => lines.push(line),
    });
    expect(again).toEqual(first);
    expect(lines).toEqual([
      expect.stringContaining('the page of 12:00 UTC; the site is asked again from 13:00 UTC on'),
    ]);
    await expect(fetchPage(closed, new KeptScripts(folder), { ...quiet, forced: true })).rejects.toThrow(
      /cannot be reached/,
    );
    site.at += 1;
    expect((await fetchPage(site, new KeptScripts(folder), quiet)).capturedAt).toMatch(/T13:00:/);
  });
});

describe('of a page that a browser ran', () => {
  const html = '<title>WhatsApp Web</title>{"client_revision":1044822804} static.whatsapp.net';
  const timeline = { loader: 1, usable: 2, qr: 3, connected: null, synced: null, settled: 4 };
  const observed: ObservedPage = {
    ...{ build, userAgent: 'Chrome', timeline, start: [], modules: {}, collections: null, behaviours: {}, values: {} },
    ...{ probes: {}, moduleCounts: [] },
  };
  const answer = { status: 200, headers: { 'content-security-policy': "script-src 'nonce-1'" }, text: html };

  test('it is the one page of an hour, and the capture over the network takes it', async () => {
    const kept = new KeptScripts(temporaryFolder());
    const site = siteAt(1, '');
    const run = vi.fn(async () => ({ answer, observed }));
    const page = await fetchRunPage(site, kept, { ...quiet, run });
    expect(page).toMatchObject({ method: 'page', build, observed, contentSecurityPolicy: "script-src 'nonce-1'" });
    await expect(fetchRunPage(site, kept, { ...quiet, run })).rejects.toThrow(
      /the live site was asked at 12:00 UTC; it is asked again from 13:00 UTC on, or now with --force/,
    );
    expect(run).toHaveBeenCalledTimes(1);
    expect(await fetchPage(site, kept, quiet)).toMatchObject({ method: 'network', html });
    await fetchRunPage(site, kept, { ...quiet, forced: true, run });
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('a run that is ended, or fails after the answer, has asked; one that gets no answer has not', async () => {
    const run = (error: Error) => async () => Promise.reject(error);
    for (const [error, askedAt] of [
      [new TroubleError('the page cannot be reached'), null],
      [new DOMException('This operation was aborted', 'AbortError'), Date.parse('2026-11-29T12:00:00Z')],
      [new Error('the browser crashed'), Date.parse('2026-11-29T12:00:00Z')],
    ] as const) {
      const kept = new KeptScripts(temporaryFolder());
      await expect(fetchRunPage(siteAt(1, ''), kept, { ...quiet, run: run(error) })).rejects.toBe(error);
      expect(kept.askedAt).toBe(askedAt);
    }
  });

  test('a page that says another build than its html is refused', async () => {
    const run = async () => ({ answer, observed: { ...observed, build: '2.3000.1032534684' } });
    await expect(fetchRunPage(siteAt(1, ''), new KeptScripts(temporaryFolder()), { ...quiet, run })).rejects.toThrow(
      'the page that ran is 2.3000.1032534684, and its html is of 2.3000.1044822804: a service worker',
    );
  });

  test('that of an account is neither limited here nor kept', async () => {
    const kept = new KeptScripts(temporaryFolder());
    const page = await fetchAccountPage(siteAt(1, ''), kept, { say: () => {}, ran: { answer, observed } });
    expect(page).toMatchObject({ method: 'account', observed });
    expect([kept.askedAt, kept.page]).toEqual([null, null]);
  });
});

describe('of a site that does not answer as the live one does', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  const live = () => {
    const { scripts } = livePage(resolveSurface(build));
    const addresses = [...scripts.keys()].map(
      (path) => `"src":"https:\\/\\/static.whatsapp.net${path.replaceAll('/', '\\/')}"`,
    );
    return { scripts, html: `<title>WhatsApp Web</title>{"client_revision":1044822804} ${addresses.join()}` };
  };

  async function serve(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<ReturnType<typeof siteAt>> {
    const { cert, key } = await processCertificate();
    server = createServer({ cert, key }, answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return siteAt((server.address() as AddressInfo).port, cert);
  }

  const js = { 'content-type': 'text/javascript' };

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
    [
      'redirects',
      (_, to) => to.writeHead(302, { location: 'http://portal.example/' }).end(),
      /redirects to http:\/\/portal\.example\/: a captive portal/,
    ],
    [
      'is a portal',
      (_, to) => to.end('<title>Hotel WiFi</title>'),
      /not that of WhatsApp Web, but "Hotel WiFi": a captive portal/,
    ],
    ['is garbage', (_, to) => to.end(Buffer.from([0, 1, 2, 255])), /not that of WhatsApp Web/],
    ['breaks off', (request) => request.socket.destroy(), /cannot be reached: socket hang up/],
    ['answers 500', (_, to) => to.writeHead(500).end(), /answers 500 after several tries/],
    [
      'answers 429',
      (_, to) => to.writeHead(429, { 'retry-after': '7' }).end(),
      /answers 429 after several tries, and asks to wait 7 s/,
    ],
    ['asks to wait for long', (_, to) => to.writeHead(429, { 'retry-after': '4000' }).end(), /and asks to wait 4000 s/],
    [
      'answers in another encoding',
      (_, to) => to.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
      /cannot be reached: unexpected end of file/,
    ],
  ])('a page that %s is one clear error', async (_, answer, message) => {
    const site = await serve(answer);
    await expect(fetchPage(site, new KeptScripts(temporaryFolder()), quiet)).rejects.toMatchObject({
      name: 'TroubleError',
      message: expect.stringMatching(message),
    });
  });

  test('errors are answered by waits that double, or that the site asks for, and a refusal counts as asking', async () => {
    const folder = temporaryFolder();
    const site = await serve((_, to) => to.writeHead(503).end());
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(/answers 503/);
    expect(site.waits).toEqual([2000, 4000, 8000]);
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(
      /the live site was asked at 12:00 UTC and gave no page; it is asked again from 13:00/,
    );
    expect(site.waits).toHaveLength(3);
    const patient = await serve((_, to) => to.writeHead(429, { 'retry-after': '7' }).end());
    await expect(fetchPage(patient, new KeptScripts(temporaryFolder()), quiet)).rejects.toThrow();
    expect(patient.waits).toEqual([7000, 7000, 8000]);
  });

  test('a site that asks to wait for hours is not asked before', async () => {
    const folder = temporaryFolder();
    let requests = 0;
    const site = await serve((_, to) => {
      requests += 1;
      to.writeHead(429, { 'retry-after': '14400' }).end();
    });
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(/asks to wait 14400 s/);
    site.at += 4 * hour - 1;
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(/asked again from 16:00 UTC/);
    expect(requests).toBe(1);
    site.at += 1;
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(/asks to wait/);
    expect(requests).toBe(2);
  });

  test.each([
    ['7', 7_000],
    ['Sun, 29 Nov 2026 12:00:10 GMT', 10_000],
    ['Sun, 29 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    [undefined, 0],
  ])('an answer with retry-after: %s asks to wait %d ms', (said, ms) => {
    expect(retryAfterMs({ 'retry-after': said }, Date.parse('2026-11-29T12:00:00Z'))).toBe(ms);
  });

  test('a capture that is killed has asked, and one that gets no answer has not', async () => {
    const kept = new KeptScripts(temporaryFolder());
    const askedAt: (number | null)[] = [];
    const site = await serve((request) => {
      askedAt.push(kept.askedAt);
      request.socket.destroy();
    });
    await expect(fetchPage(site, kept, quiet)).rejects.toThrow(/cannot be reached/);
    expect(new Set(askedAt)).toEqual(new Set([Date.parse('2026-11-29T12:00:00Z')]));
    expect(kept.askedAt).toBeNull();
  });

  test('a file is fetched from where its address redirects to', async () => {
    const site = await serve((request, to) => {
      if (request.url === '/latest') to.writeHead(302, { location: '/files/1' }).end();
      else if (request.url === '/files/1')
        to.writeHead(307, { location: 'https://static.whatsapp.net/facts.json' }).end();
      else to.end(`facts for ${request.headers.host}`);
    });
    expect(await fetchFile(site, 'https://web.whatsapp.com/latest')).toBe('facts for static.whatsapp.net');
  });

  test.each<[string, (to: ServerResponse) => unknown, RegExp, number]>([
    ['is not there', (to) => to.writeHead(404).end(), /facts\.json answers 404$/, 0],
    ['fails on the server', (to) => to.writeHead(500).end(), /facts\.json answers 500$/, 3],
    ['redirects in a circle', (to) => to.writeHead(302, { location: '/facts.json' }).end(), /more than 5 times/, 0],
    [
      'redirects to an address without encryption',
      (to) => to.writeHead(302, { location: 'http://files.example/facts.json' }).end(),
      /http:\/\/files\.example\/facts\.json: only https addresses are fetched/,
      0,
    ],
    [
      'is too large',
      (to) => to.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(65 * 2 ** 20))),
      /the answer is larger than 64 MB/,
      0,
    ],
  ])('a file that %s is one clear error', async (_, answer, message, waits) => {
    const site = await serve((__, to) => answer(to));
    await expect(fetchFile(site, 'https://web.whatsapp.com/facts.json')).rejects.toThrow(message);
    expect(site.waits).toHaveLength(waits);
  });

  test('an address with a port is asked at that port', async () => {
    const { connectTo, ...site } = await serve((_, to) => to.end('facts'));
    const place = `https://127.0.0.1:${connectTo?.port}/facts.json`;
    await expect(askWithBackoff(site, place, {})).rejects.toThrow(`the certificate of 127.0.0.1:${connectTo?.port}`);
  });

  test('a certificate that is not trusted is named', async () => {
    const { trusted: _, ...site } = await serve((__, to) => to.end('x'));
    await expect(fetchPage(site, new KeptScripts(temporaryFolder()), quiet)).rejects.toThrow(
      /the certificate of web\.whatsapp\.com is not trusted/,
    );
  });

  test('a name that does not resolve is named', async () => {
    const site = { ...siteAt(1, ''), connectTo: { host: 'no-such-host.invalid', port: 443 } };
    await expect(fetchPage(site, new KeptScripts(temporaryFolder()), quiet)).rejects.toThrow(/there is no network/);
  });

  test('scripts are requested five at a time, and those that came are not requested again after a failure', async () => {
    const { html, scripts } = live();
    const folder = temporaryFolder();
    let [open, most, works] = [0, 0, 3];
    const seen: string[] = [];
    const site = await serve((request, to) => {
      if (request.url === '/') return to.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(html));
      open += 1;
      most = Math.max(most, open);
      const isFine = works > 0;
      works -= 1;
      if (isFine) seen.push(request.url as string);
      setTimeout(() => {
        open -= 1;
        if (isFine) to.writeHead(200, js).end(scripts.get(request.url as string));
        else to.writeHead(503).end();
      }, 20);
      return undefined;
    });
    await expect(fetchPage(site, new KeptScripts(folder), quiet)).rejects.toThrow(
      /scripts in sequence could not be had \(it answers 503\); 3 of/,
    );
    expect(most).toBe(5);
    const before = [...seen];
    works = Number.POSITIVE_INFINITY;
    const page = await fetchPage(site, new KeptScripts(folder), quiet);
    expect(page.scripts).toHaveLength(scripts.size);
    expect(seen.slice(before.length).filter((path) => before.includes(path))).toEqual([]);
  });

  test('a stop in the middle ends the requests, and keeps what came', async () => {
    const { html, scripts } = live();
    const folder = temporaryFolder();
    let asked = 0;
    const site = await serve((request, to) => {
      asked += 1;
      if (request.url === '/') return to.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(html));
      return to.writeHead(200, js).end(scripts.get(request.url as string));
    });
    let allowed = 8;
    const mayAsk = async () => {
      allowed -= 1;
      if (allowed < 0) throw new TroubleError('a person has stopped everything');
    };
    const stopped = fetchPage({ ...site, now: site.now, mayAsk }, new KeptScripts(folder), quiet);
    await expect(stopped).rejects.toThrow('a person has stopped everything');
    expect(asked).toBe(8);
    const page = await fetchPage(site, new KeptScripts(folder), quiet);
    expect([asked, page.scripts.length]).toEqual([scripts.size + 1, scripts.size]);
  });

  test('a script that is not there, or is none, is one finding of a capture that is not complete', async () => {
    const { html, scripts } = live();
    const [gone, portal] = [...scripts.keys()];
    const site = await serve((request, to) => {
      const path = request.url as string;
      if (path === '/') to.end(html);
      else if (path === gone) to.writeHead(404).end();
      else if (path === portal) to.writeHead(200, { 'content-type': 'text/html' }).end('<title>Hotel WiFi</title>');
      else to.writeHead(200, js).end(scripts.get(path));
    });
    const capture = captureSurface(await fetchPage(site, new KeptScripts(temporaryFolder()), quiet), []);
    expect(capture.names.complete).toBe(false);
    expect(capture.scripts).toEqual({ named: scripts.size, read: scripts.size - 2 });
    expect(capture.findings.map(({ message }) => message).sort()).toEqual([
      'it answers 404',
      'it is of the type "text/html"',
    ]);
  });
});
