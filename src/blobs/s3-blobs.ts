import { type AwsCredentials, signedHeaders } from './aws-signature.ts';
import type { BlobStore } from './blob-store.ts';

/** How long an answer may take: so long, and as many milliseconds as the request has kilobytes. */
const timeoutMs = 30_000;

export interface S3Place {
  /** e.g. `https://s3.eu-central-1.amazonaws.com` or `http://minio:9000`. */
  endpoint: string;
  bucket: string;
  /** Prefix of every name; may be empty. */
  prefix: string;
}

/** What the server of a bucket answered in place of doing what it was asked. */
export class S3Error extends Error {
  override name = 'S3Error';
  readonly status: number;
  /** Its word for the reason, such as `AccessDenied`; null when it gave none. */
  readonly code: string | null;

  constructor(request: string, status: number, body: string) {
    super(`${request} answered ${status}: ${body.slice(0, 200)}`);
    this.status = status;
    this.code = /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? null;
  }
}

/** This machine gets no temporary credentials. */
export class NoCredentials extends Error {
  override name = 'NoCredentials';
}

/** Blobs in a bucket of S3 or of another server with its protocol; addressed by path, which all of them support. */
export class S3Blobs implements BlobStore {
  readonly #place: S3Place;
  readonly #credentials: () => Promise<AwsCredentials>;

  /** @param credentials is asked for each request, since temporary ones change. */
  constructor(place: S3Place, credentials: () => Promise<AwsCredentials>) {
    this.#place = place;
    this.#credentials = credentials;
  }

  async put(name: string, bytes: Buffer): Promise<void> {
    await this.#request('PUT', name, bytes);
  }

  async get(name: string): Promise<Buffer> {
    return Buffer.from(await (await this.#request('GET', name)).arrayBuffer());
  }

  async delete(name: string): Promise<void> {
    await this.#request('DELETE', name);
  }

  async #request(method: string, name: string, body: Buffer = Buffer.alloc(0)): Promise<Response> {
    const { endpoint, bucket, prefix } = this.#place;
    const path = [bucket, ...prefix.split('/'), ...name.split('/')].filter(Boolean).map(encodeURIComponent).join('/');
    const url = new URL(`/${path}`, endpoint);
    const credentials = await this.#credentials().catch((error: Error) => {
      throw new NoCredentials(error.message);
    });
    const { host: _, ...headers } = signedHeaders({ method, url, body }, credentials, new Date());
    const signal = AbortSignal.timeout(timeoutMs + Math.ceil(body.length / 1000));
    const response = await fetch(url, {
      method,
      headers,
      signal,
      ...(method === 'PUT' && { body: new Uint8Array(body) }),
    });
    if (response.ok || (method === 'DELETE' && response.status === 404)) return response;
    throw new S3Error(`${method} ${url}`, response.status, await response.text());
  }
}
