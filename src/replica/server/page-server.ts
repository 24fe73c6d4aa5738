import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Surface } from '../../contracts/surface.ts';
import type { Certificate } from './certificate.ts';
import { pageHtml, unsupportedBrowserHtml } from './page-html.ts';
import type { ReplicaCore } from './replica-core.ts';

interface PageSource {
  surface: Surface;
  bundle: string;
  core: Pick<ReplicaCore, 'circumstances' | 'isDropping'>;
}

/** Injected code may evaluate text, as on the real page. */
const contentSecurityPolicy = [
  "default-src 'self' data: blob:",
  "script-src 'self' 'unsafe-eval' 'unsafe-inline' data: blob:",
  "style-src 'self' 'unsafe-inline' data:",
  "connect-src 'self' wss://web.whatsapp.com data: blob:",
].join('; ');

/** Serves the page of one build over HTTPS, without the WebSocket. */
export function createPageServer({ cert, key }: Certificate, source: PageSource): Server {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'https://web.whatsapp.com').pathname;
    if (path === '/') sendPage(request, response, source);
    else if (path === '/static/app.js') send(response, 200, 'text/javascript; charset=utf-8', source.bundle);
    else if (/^\/(?:data\/manifest|manifest-[\d.]+)\.json$/.test(path)) {
      send(response, 200, 'application/json', JSON.stringify({ name: 'WhatsApp Web', start_url: '/' }));
    } else send(response, 404, 'text/plain; charset=utf-8', 'not found');
  };
  return createServer({ cert, key }, (request, response) => {
    const { delayMs = 0 } = source.core.circumstances.server;
    if (source.core.isDropping) request.socket.destroy();
    else if (delayMs > 0) setTimeout(() => answer(request, response), delayMs);
    else answer(request, response);
  });
}

function sendPage(request: IncomingMessage, response: ServerResponse, { surface, core }: PageSource): void {
  const userAgent = request.headers['user-agent'] ?? '';
  const refused = surface.behaviours.refusesHeadlessUserAgent && userAgent.includes('HeadlessChrome');
  const html = refused ? unsupportedBrowserHtml : pageHtml(surface, core.circumstances.page);
  send(response, 200, 'text/html; charset=utf-8', html, { 'content-security-policy': contentSecurityPolicy });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers }).end(body);
}
