import { lookup as lookupAddress } from 'node:dns';
import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { isPrivateAddress, PrivateAddress } from '../private-addresses.ts';

const timeoutMs = 10_000;

export interface PostOptions {
  body: string;
  headers: Record<string, string>;
  /** True when private addresses may be reached. */
  allowPrivate: boolean;
}

/**
 * A request whose connection reaches no private address unless that is allowed. The address of the connection itself is checked, so a name
 * that resolves to a public address first and to a private one later (DNS rebinding) is refused: the request then fails with PrivateAddress.
 *
 * @throws PrivateAddress for a numeric address.
 */
export function requestTo(url: URL, allowPrivate: boolean, options: RequestOptions): ClientRequest {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A numeric address needs no lookup, so `publicLookup` would not check it.
  if (!allowPrivate && ipaddr.isValid(host) && isPrivateAddress(host)) throw new PrivateAddress(host);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return send(url, { ...options, agent: false, ...(allowPrivate ? {} : { lookup: publicLookup }) });
}

/**
 * Posts JSON and returns the status of the answer; does not read the body and follows no redirect.
 *
 * @throws PrivateAddress, or the network's error.
 */
export function post(url: URL, { body, headers, allowPrivate }: PostOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = requestTo(url, allowPrivate, {
      method: 'POST',
      timeout: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
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

/** Resolves a name to its public addresses; the connection uses one of these. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookupAddress(hostname, { ...options, all: true }, (error, addresses) => {
    const allowed = (addresses ?? []).filter(({ address }) => !isPrivateAddress(address));
    const [first] = allowed;
    if (error) callback(error, '');
    else if (!first) callback(new PrivateAddress(`${hostname} resolves to a private address`), '');
    else if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};
