import { lookup as lookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPrivateAddress } from './private-addresses.ts';

const timeoutMs = 10_000;

/** The address lies in a private network, where a webhook must not reach. */
export class PrivateAddress extends Error {
  override name = 'PrivateAddress';
}

export interface PostOptions {
  body: string;
  headers: Record<string, string>;
  /** True when private addresses may be reached. */
  allowPrivate: boolean;
}

/**
 * Posts JSON and returns the status of the answer; the answer itself is not read, redirects are not followed.
 *
 * The address is checked as it is connected to: a name that is public when it is checked and private when it is used does
 * not get around that.
 *
 * @throws PrivateAddress, or the network's error.
 */
export function post(url: URL, { body, headers, allowPrivate }: PostOptions): Promise<number> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // For an address in figures nothing is looked up, so nothing would be checked.
  if (!allowPrivate && ipaddr.isValid(host) && isPrivateAddress(host)) return Promise.reject(new PrivateAddress(host));
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      agent: false,
      timeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      ...(allowPrivate ? {} : { lookup: publicLookup }),
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** Looks a name up and gives only addresses on that may be reached, which are then the ones that are connected to. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookupAddress(hostname, { ...options, all: true }, (error, addresses) => {
    const allowed = (addresses ?? []).filter(({ address }) => !isPrivateAddress(address));
    const [first] = allowed;
    if (error) callback(error, '');
    else if (!first) callback(new PrivateAddress(`${hostname} leads to a private address`), '');
    else if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
