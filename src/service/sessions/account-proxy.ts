import { request } from 'node:http';
import ipaddr from 'ipaddr.js';
import { within } from '../../contracts/within.ts';
import { publicAddressOf } from '../private-addresses.ts';

/** What a proxy is tested with. */
const testedTarget = 'web.whatsapp.com:443';
const testMs = 10_000;

/** A proxy as the browser takes it. */
export interface OpenedProxy {
  /** The value of `--proxy-server`. */
  server: string;
  close(): Promise<void>;
}

/** The proxy of an account cannot be used. */
export class ProxyRefused extends Error {
  override name = 'ProxyRefused';
}

/**
 * Makes a proxy usable for a browser. Chromium takes no credentials, so a proxy with credentials is reached through a port of this
 * machine, which all its programs can use while the session runs.
 *
 * @param proxy address with credentials.
 * @throws ProxyRefused when its name leads nowhere, or to a private address that is not allowed.
 */
export async function openProxy(proxy: string, allowPrivate: boolean): Promise<OpenedProxy> {
  const url = await numeric(proxy, allowPrivate);
  const { username, password } = new URL(url);
  if (username === '' && password === '') return { server: url, close: async () => {} };
  return forwardTo(url);
}

/** How a proxy does: whether it connects to WhatsApp Web, after how many milliseconds, and otherwise why not. */
export async function testProxy(
  proxy: string,
  allowPrivate: boolean,
): Promise<{ works: boolean; ms: number; reason: string | null }> {
  const startedAt = performance.now();
  const reason = await within(testMs, () => connectThrough(proxy, allowPrivate)).then(
    () => null,
    ({ message }: Error) => message,
  );
  return { works: reason === null, ms: Math.round(performance.now() - startedAt), reason };
}

async function connectThrough(proxy: string, allowPrivate: boolean): Promise<void> {
  const { server, close } = await forwardTo(await numeric(proxy, allowPrivate));
  try {
    const { hostname, port } = new URL(server);
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asked = request({ method: 'CONNECT', hostname, port, path: testedTarget, agent: false });
      asked.on('connect', ({ statusCode = 0, statusMessage = '' }, socket) => {
        socket.destroy();
        resolve({ status: statusCode, text: statusMessage });
      });
      asked.on('error', reject);
      asked.end();
    });
    if (status !== 200) throw new ProxyRefused(`the proxy did not connect to ${testedTarget}: ${text}`);
  } finally {
    await close();
  }
}

/** An open port of this machine that forwards to a proxy. Loaded on demand: few accounts have a proxy. */
async function forwardTo(upstreamProxyUrl: string): Promise<OpenedProxy> {
  const { Server } = await import('proxy-chain');
  const server = new Server({ host: '127.0.0.1', port: 0, prepareRequestFunction: () => ({ upstreamProxyUrl }) });
  await server.listen();
  return { server: `http://127.0.0.1:${server.port}`, close: () => server.close(true) };
}

/** The proxy under the address that its name leads to now: what was checked is what is connected to. */
async function numeric(proxy: string, allowPrivate: boolean): Promise<string> {
  const { hostname } = new URL(proxy);
  const name = hostname.replace(/^\[|\]$/g, '');
  const address = await publicAddressOf(name, allowPrivate).catch((error) => {
    throw new ProxyRefused(`the proxy ${name} cannot be used: ${error.message}`, { cause: error });
  });
  // Takes the host as the caller wrote it: `URL` changes its letters to lower case, and the user name may be the same text.
  return proxy.replace(/(?<=[/@])[^/@]+(?=:\d+$)/, ipaddr.IPv6.isValid(address) ? `[${address}]` : address);
}
