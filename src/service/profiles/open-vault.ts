import { InputError } from '../../contracts/input-error.ts';
import { profileKeys } from '../seal-keys.ts';
import type { BlobStore } from './blob-store.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { S3Blobs } from './s3-blobs.ts';

const form = 'folder:/shared/path or s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1';

/** Where profiles are kept for all machines, and the keys that they are sealed with. */
export interface Vault {
  blobs: BlobStore;
  /** At least one: the first seals, each opens. */
  keys: readonly Buffer[];
}

/** @throws InputError */
export function openVault(address: string, env: NodeJS.ProcessEnv): Vault {
  return { blobs: openBlobStore(address, env), keys: profileKeys(env) };
}

/**
 * The store behind an address. Credentials of S3 come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
 *
 * @throws InputError
 */
function openBlobStore(address: string, env: NodeJS.ProcessEnv): BlobStore {
  if (address.startsWith('folder:/')) return new FolderBlobs(address.slice('folder:'.length));
  if (!address.startsWith('s3://')) throw new InputError(`--profiles ${address}: it has to be ${form}`);
  const { hostname: bucket, pathname, searchParams } = new URL(address);
  const endpoint = searchParams.get('endpoint');
  const region = searchParams.get('region') ?? 'us-east-1';
  if (!bucket || !endpoint)
    throw new InputError(`--profiles ${address}: bucket or endpoint is missing; it has to be ${form}`);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new InputError('--profiles s3://...: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  return new S3Blobs({ endpoint, bucket, prefix: pathname }, { accessKeyId, secretAccessKey, region });
}
