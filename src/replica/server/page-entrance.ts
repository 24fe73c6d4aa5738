import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { pageHosts } from './certificate.ts';

/** Where browsers connect to. */
export interface PageAddress {
  /** Host by which the browser reaches this machine: a name, or an address. */
  host: string;
  port: number;
  /** SHA-256 of the server's public key in base64. */
  spki: string;
}

/** A token is a label of a host name, so it has no capitals. */
export const tokenPattern = /^[a-z0-9](?:[a-z0-9-]{14,61}[a-z0-9])$/;

/** Compares in a time that does not depend on how much of the token is right. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** The reserved domain `invalid` exists on no network; the rules of the browser resolve the name. */
const proxyName = (token: string) => `${token}.replica.invalid`;

/** The host in a URL or in a rule of Chromium. */
export const urlHost = (host: string) => (isIPv6(host) ? `[${host}]` : host);

/**
 * Arguments that make Chromium load the replica under the real origin: the hosts of WhatsApp Web resolve to the replica, Chromium trusts
 * the replica's key besides the usual authorities, and no other host resolves. The address counts as one of the internet: from a page
 * that the program answers itself Chromium connects to no local address.
 */
export function chromiumArgs({ host, port, spki }: PageAddress, token?: string): string[] {
  const trust = `--ignore-certificate-errors-spki-list=${spki}`;
  const address = urlHost(host);
  if (token === undefined) {
    const hosts = pageHosts.map((name) => `MAP ${name} ${address}:${port}`).join(', ');
    const addresses = host === 'localhost' ? ['127.0.0.1', '[::1]'] : [address];
    const spaces = addresses.map((one) => `${one}:${port}=public`).join(',');
    return [
      `--host-resolver-rules=${hosts}, MAP * ~NOTFOUND, EXCLUDE ${host}`,
      trust,
      `--ip-address-space-overrides=${spaces}`,
    ];
  }
  return [
    `--proxy-server=https://${proxyName(token)}:${port}`,
    `--host-resolver-rules=MAP ${proxyName(token)} ${address}, MAP * ~NOTFOUND, EXCLUDE ${host}`,
    trust,
  ];
}

/**
 * A proxy in front of the page, for browsers that have the token. Arguments of Chromium cannot carry a password, but they can name a
 * proxy: the token is part of that name, which Chromium sends when it opens the TLS connection to the proxy.
 */
export function createGuardedEntrance({ cert, key }: Certificate, token: string, pages: Server): Server {
  const entrance = createServer({ cert, key }, (_request, response) => {
    response
      .writeHead(403, { 'content-type': 'text/plain; charset=utf-8' })
      .end('this replica is a proxy for WhatsApp Web only\n');
  });
  const tunnels = new Set<TLSSocket>();
  entrance.on('connect', (request, socket: TLSSocket, head) => {
    const isGuest = typeof socket.servername === 'string' && isToken(socket.servername, proxyName(token));
    if (!isGuest || !pageHosts.some((host) => request.url === `${host}:443`)) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    tunnels.add(socket.once('close', () => tunnels.delete(socket)).on('error', () => socket.destroy()));
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.unshift(head);
    pages.emit('connection', socket);
  });
  pages.on('close', () => {
    for (const tunnel of tunnels) tunnel.destroy();
  });
  return entrance;
}
