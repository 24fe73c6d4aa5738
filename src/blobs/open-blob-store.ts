import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { AwsCredentials } from './aws-signature.ts';
import type { BlobStore } from './blob-store.ts';
import { FolderBlobs } from './folder-blobs.ts';
import { S3Blobs } from './s3-blobs.ts';

/** How an address is written. */
const form = 'folder:/shared/path or s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1';

/** The variables by which AWS tells a process that it has a role: Kubernetes and ECS set them, and a person sets the last one. */
const roleVariables = [
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_PROFILE',
];
type AwsKeys = Omit<AwsCredentials, 'region'>;

const providerPackage = '@aws-sdk/credential-provider-node';

/**
 * The store behind an address. Credentials of S3 come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with `AWS_SESSION_TOKEN` where
 * they are temporary; else from the role that AWS gives this process.
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
  const keys = keysOf(option, env);
  return new S3Blobs({ endpoint, bucket, prefix }, async () => ({ ...(await keys()), region }));
}

/** @throws InputError where there are no keys and no role, TroubleError where a package is missing for the role. */
function keysOf(option: string, env: NodeJS.ProcessEnv): () => Promise<AwsKeys> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  if (accessKeyId && secretAccessKey)
    return async () => ({ accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN || undefined });
  const role = roleVariables.find((name) => env[name]);
  if (role === undefined)
    throw new InputError(
      `${option} s3://...: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this process a role of AWS`,
    );
  try {
    import.meta.resolve(providerPackage);
  } catch {
    throw new TroubleError(
      `${option} s3://...: the credentials of ${role} need one more package: npm install ${providerPackage}`,
    );
  }
  // It keeps temporary credentials until they end.
  const provider = import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
  provider.catch(() => {});
  return async () => (await provider)();
}
