import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Tried } from '../../../src/contracts/build-finding.ts';
import { resolveSurface } from '../../../src/replica/builds/resolve-surface.ts';
import { processCertificate } from '../../../src/replica/server/certificate.ts';
import { livePage } from '../../../src/replica/server/live-page.ts';
import { pageHtml } from '../../../src/replica/server/page-html.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { KeptScripts } from '../../../src/surface/capture/kept-scripts.ts';
import { indexLibrary } from '../../../src/surface/extract/index-library.ts';
import { lookAtSite } from '../../../src/watch/builds/find-build.ts';
import type { LookOptions } from '../../../src/watch/builds/look-once.ts';
import { toyClient } from '../../surface/toy-package.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const [older, newer] = ['2.3000.1029241508', '2.3000.1032534684'] as const;

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves a build as the live site does: its html, and its scripts. */
export function ofBuild(build: string, replaced: (path: string) => Answer | undefined = () => undefined): Answer {
  const surface = resolveSurface(build);
  const live = livePage(surface);
  const html = pageHtml(surface, {}, 'abc', live);
  return (request, response) => {
    const path = request.url ?? '';
    const other = replaced(path);
    if (other) return other(request, response);
    const script = live.scripts.get(path);
    if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    else if (script === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    return undefined;
  };
}

/** A server in the place of the live site. */
export class SiteServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: Answer): Promise<SiteServer> {
    const { cert, key } = await processCertificate();
    const server = createServer({ cert, key }, answer);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new SiteServer(server);
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const portal = '<title>Hotel WiFi</title>';
/** How a site fails, what a look says of it, and how long the site is not asked then. */
export const failures: [string, Answer, RegExp, number][] = [
  ['answers 429', (_, to) => void to.writeHead(429).end(), /answers 429/, hour],
  [
    'asks to wait for hours',
    (_, to) => void to.writeHead(429, { 'retry-after': '14400' }).end(),
    /asks to wait 14400 s/,
    4 * hour,
  ],
  ['answers 500', (_, to) => void to.writeHead(500).end(), /answers 500/, hour],
  ['answers garbage', (_, to) => void to.end(Buffer.from([0, 255, 7])), /not that of WhatsApp Web/, hour],
  ['is a captive portal', (_, to) => void to.end(portal), /but "Hotel WiFi": a captive portal/, hour],
  [
    'redirects',
    (_, to) => void to.writeHead(302, { location: 'http://portal.example/' }).end(),
    /captive portal/,
    hour,
  ],
  ['breaks off', (request) => void request.socket.destroy(), /cannot be reached/, 5 * minute],
];

export const tried: Tried = { run: 'run-1', note: null, flows: [] };

interface LookPlace {
  store: Store;
  folder: string;
  connectTo: { host: string; port: number };
  now(): number;
  sleep(ms: number): Promise<void>;
  signal?: AbortSignal;
}

const versions = [
  { library: '0.0.1', index: indexLibrary(toyClient(`window.require('WAWebCollections').Call.models;`)) },
];

/** What a look of a process that starts with it needs: nothing is left of an earlier one but its files. */
export async function lookOptions({ store, folder, ...site }: LookPlace): Promise<LookOptions> {
  const kept = new KeptScripts(join(folder, 'capture'));
  const { cert: trusted } = await processCertificate();
  return {
    builds: store.liveBuilds,
    kept,
    fileOf: (build) => join(folder, 'captures', `${build}.json`),
    look: () => lookAtSite({ ...site, trusted }, kept, { say: () => {} }),
    pace: { every: hour, firstWait: 5 * minute, longestWait: 6 * hour },
    versions: async () => ({ read: versions, unread: [] }),
    forced: false,
    trials: { replay: async () => tried, attemptLive: async () => tried },
    now: site.now,
    jitter: () => 0,
    say: () => {},
    signal: site.signal ?? new AbortController().signal,
  };
}
