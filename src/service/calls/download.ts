import type { IncomingMessage } from 'node:http';
import { PrivateAddress } from '../private-addresses.ts';
import { Problem } from '../problems.ts';
import { requestTo } from '../webhooks/post.ts';
import type { Download } from './check-call.ts';

/** Longest wait for the next bytes, in milliseconds. */
const idleMs = 10_000;
/** Longest download, in milliseconds. */
const allMs = 30_000;
const mostBytes = 16 * 1024 * 1024;
const mostRedirects = 3;

/** Downloads files of calls, from public addresses only unless private ones are allowed. Each throws Problem `media-unavailable`. */
export function downloader(allowPrivate: boolean): Download {
  return async (url) => {
    try {
      const response = await follow(url, allowPrivate, AbortSignal.timeout(allMs));
      const { 'content-type': type = 'application/octet-stream' } = response.headers;
      return { mimetype: type.split(';')[0] as string, data: (await bytesOf(response)).toString('base64') };
    } catch (error) {
      const why = error instanceof PrivateAddress ? 'it is a private address' : (error as Error).message;
      throw new Problem('media-unavailable', `${url.origin} gave no file: ${why}.`, { cause: error });
    }
  };
}

async function follow(url: URL, allowPrivate: boolean, signal: AbortSignal, redirects = 0): Promise<IncomingMessage> {
  if (!/^https?:$/.test(url.protocol)) throw new Error(`it leads to ${url.protocol}`);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = requestTo(url, allowPrivate, { signal, timeout: idleMs });
    request.on('response', resolve);
    request.on('timeout', () => request.destroy(new Error(`no answer in ${idleMs / 1000} s`)));
    request.on('error', reject);
    request.end();
  });
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return response;
  response.destroy();
  if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) throw new Error(`status ${statusCode}`);
  if (redirects === mostRedirects) throw new Error('too many redirects');
  return follow(new URL(headers.location, url), allowPrivate, signal, redirects + 1);
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > mostBytes) throw new Error(`it has more than ${mostBytes / 1024 / 1024} MB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
