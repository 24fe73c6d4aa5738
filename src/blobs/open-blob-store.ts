import { InputError } from '../contracts/input-error.ts';
import type { BlobStore } from './blob-store.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { S3Blobs } from './s3-blobs.ts';

/** How an address is written. */
const form = 'folder:/shared/path or s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1';

/**
 * The store behind an address. Credentials of S3 come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
 *
 * @param option names the address in errors: `--profiles`.
 * @throws InputError
 */
export function openBlobStore(option: string, address: string, env: NodeJS.ProcessEnv): BlobStore {
  if (address.startsWith('folder:/')) return new FolderBlobs(address.slice('folder:'.length));
  const url = URL.parse(address);
  if (url?.protocol !== 's3:') throw new InputError(`${option} ${address}: it has to be ${form}`);
  const { hostname: bucket, pathname: prefix, searchParams } = url;
  const endpoint = searchParams.get('endpoint');
  // They would be in messages and records.
  if ([url, URL.parse(endpoint ?? '')].some((each) => each?.username || each?.password))
    throw new InputError(
      `${option} s3://...: an address has no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
    );
  const region = searchParams.get('region') ?? 'us-east-1';
  if (!bucket || !endpoint)
    throw new InputError(`${option} ${address}: bucket or endpoint is missing; it has to be ${form}`);
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new InputError(`${option} ${address}: the endpoint ${endpoint} is no http or https address`);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new InputError(`${option} s3://...: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
  }
  return new S3Blobs({ endpoint, bucket, prefix }, { accessKeyId, secretAccessKey, region });
}
