import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { basename } from 'node:path';
import { membersPath, workerInit } from '../../contracts/boot.ts';
import { replicaMark } from '../../contracts/replica-mark.ts';
import type { Surface } from '../../contracts/surface.ts';
import { resolveSurface } from '../builds/resolve-surface.ts';
import type { Profiles } from '../world/profiles.ts';
import type { Certificate } from './certificate.ts';
import type { LivePage } from './live-page.ts';
import { answerMedia } from './media-server.ts';
import { bootJson, contentSecurityPolicy, laterMembersJson, pageHtml, unsupportedBrowserHtml } from './page-html.ts';
import type { ReplicaCore } from './replica-core.ts';
import { isServiceWorker, serviceWorkerScript } from './service-worker.ts';

interface PageSource {
  surface: Surface;
  bundle: string;
  core: Pick<ReplicaCore, 'circumstances' | 'isDropping' | 'emit' | 'world'>;
  /** The scripts of the build as the live site has them; null where only the replica's own script is served. */
  live: LivePage | null;
}

const script = 'text/javascript; charset=utf-8';

/** Marks the profile of the browser; its path is never requested, so that the cookie is never sent, to no site. */
const markCookie = `${replicaMark}=1; Path=/${replicaMark}; Max-Age=31536000; Secure; HttpOnly`;

/**
 * Serves the page of one build over HTTPS, without the WebSocket. A program may answer with a page of its own, saved from a replica or
 * from the real site: all of its scripts come from here, and the build that it names is served in place of the replica's.
 */
export function createPageServer({ cert, key }: Certificate, source: PageSource): Server {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', 'https://web.whatsapp.com');
    const build = searchParams.get('build');
    if (answerMedia(request, response, source.core.world.media)) return;
    if (path === '/') sendPage(request, response, source);
    else if (path === '/static/boot.json') sendBoot(build ?? '', response, source);
    else if (isServiceWorker(path, source.surface)) sendWorker(response, source);
    else if (path === workerInit.path) send(response, 200, script, workerInit.script);
    else if (path === membersPath) sendMembers(build ?? '', response);
    else if (path.startsWith('/pp/')) sendPicture(path, response, source.core.world.profiles);
    else if (source.live && path.startsWith('/rsrc.php/')) sendScript(path, response, source.live);
    else if (path.endsWith('.js')) {
      if (build !== null && build !== source.surface.build) source.core.emit('page-pinned', { build });
      // A script of the real site's page comes from another origin.
      const headers = { 'access-control-allow-origin': '*', 'set-cookie': markCookie };
      send(response, 200, script, source.bundle, headers);
    } else if (/^\/(?:data\/manifest|manifest-[\d.]+)\.json$/.test(path)) {
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

function sendPage(request: IncomingMessage, response: ServerResponse, { surface, core, live }: PageSource): void {
  // The live site answers navigations only.
  if (live && request.headers['sec-fetch-mode'] === undefined) {
    send(response, 400, 'text/plain; charset=utf-8', 'bad request');
    return;
  }
  const userAgent = request.headers['user-agent'] ?? '';
  const refused = surface.behaviours.refusesHeadlessUserAgent && userAgent.includes('HeadlessChrome');
  const nonce = randomBytes(6).toString('base64');
  const { page } = core.circumstances;
  const circumstances = live ? { serviceWorker: 'registers' as const, ...page } : page;
  const html = refused ? unsupportedBrowserHtml : pageHtml(surface, circumstances, nonce, live);
  const policy = contentSecurityPolicy(surface.behaviours, nonce);
  send(response, 200, 'text/html; charset=utf-8', html, { 'content-security-policy': policy });
}

function sendWorker(response: ServerResponse, { surface, core }: PageSource): void {
  send(response, 200, script, serviceWorkerScript(surface, core.circumstances.server.workerKeepsPage === true));
}

/** Scripts of the live site have a hash of their content in their address. */
function sendScript(path: string, response: ServerResponse, { scripts }: LivePage): void {
  const code = scripts.get(path);
  const headers = { 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=31536000, immutable' };
  if (code === undefined) send(response, 404, 'text/plain; charset=utf-8', 'not found');
  else send(response, 200, script, code, headers);
}

/** Answers `/any/path/<id>.jpg` with the bytes of a profile picture. */
export function sendPicture(path: string, response: ServerResponse, profiles: Profiles): void {
  const bytes = profiles.pictureBytes(basename(path, '.jpg'));
  const headers = { 'content-type': 'image/jpeg', 'cache-control': 'no-store', 'access-control-allow-origin': '*' };
  if (bytes) response.writeHead(200, headers).end(bytes);
  else response.writeHead(404).end();
}

/** What a saved page needs to be of its own build. */
function sendBoot(build: string, response: ServerResponse, { surface: own, core }: PageSource): void {
  try {
    if (build === '') throw new Error('its html names no build');
    const surface = build === own.build ? own : resolveSurface(build);
    core.emit('page-pinned', { build });
    send(response, 200, 'application/json', bootJson(surface, core.circumstances.page));
  } catch (error) {
    core.emit('page-unreadable', { message: (error as Error).message });
    send(response, 404, 'text/plain; charset=utf-8', (error as Error).message);
  }
}

function sendMembers(build: string, response: ServerResponse): void {
  try {
    send(response, 200, 'application/json', laterMembersJson(build));
  } catch (error) {
    send(response, 404, 'text/plain; charset=utf-8', (error as Error).message);
  }
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
