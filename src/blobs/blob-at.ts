import { basename, dirname } from 'node:path';
import { InputError } from '../contracts/input-error.ts';
import { openBlobStore } from './open-blob-store.ts';

/** One blob of a store. */
export interface OneBlob {
  put(bytes: Buffer): Promise<void>;
  /** @throws Error when there is no such blob. */
  get(): Promise<Buffer>;
}

/** True for what names a blob of a store where a file may be named as well. */
export function isBlobAddress(text: string): boolean {
  return text.startsWith('s3://');
}

/**
 * The blob behind an address such as `s3://bucket/night/shard-1.blob?endpoint=https://s3.example.org`.
 *
 * @param option names the address in errors.
 * @throws InputError
 */
export function blobAt(option: string, address: string, env: NodeJS.ProcessEnv): OneBlob {
  const url = URL.parse(address);
  const name = decodeURIComponent(basename(url?.pathname ?? ''));
  if (!url || name === '') throw new InputError(`${option} ${address}: it names no file in the bucket`);
  url.pathname = dirname(url.pathname);
  const store = openBlobStore(option, url.href, env);
  return { put: (bytes) => store.put(name, bytes), get: () => store.get(name) };
}
