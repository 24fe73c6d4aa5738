import type { BlobStore } from '../../blobs/blob-store.ts';
import { openBlobStore } from '../../blobs/open-blob-store.ts';
import { profileKeys } from '../seal-keys.ts';

/** Where profiles are kept for all machines, and the keys that they are sealed with. */
export interface Vault {
  blobs: BlobStore;
  /** At least one: the first seals, each opens. */
  keys: readonly Buffer[];
}

/** @throws InputError */
export function openVault(address: string, env: NodeJS.ProcessEnv): Vault {
  return { blobs: openBlobStore('--profiles', address, env), keys: profileKeys(env) };
}
