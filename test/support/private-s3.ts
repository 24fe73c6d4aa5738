import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { S3Blobs } from '../../src/blobs/s3-blobs.ts';
import { home } from '../../src/contracts/home.ts';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { findGo } from './go-tool.ts';

const sources = join(import.meta.dirname, 's3-server');

export interface PrivateS3 {
  port: number;
  /** A store in a bucket of this server; at another port where something is in between, with another secret where that is asked. */
  blobs(options?: { port?: number; secret?: string }): S3Blobs;
  /** The same bucket as an option of a command takes it, with the variables that it needs. */
  address: string;
  env: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  stop(): Promise<void>;
}

/**
 * False, with a word about it, where the server cannot be built since there is no Go: the tests must pass on a machine that has
 * nothing but Node.
 */
export function canRunS3(): boolean {
  const can = findGo() !== null;
  if (!can) console.log('There is no Go 1.24 or newer to build an S3 server with: what needs one is left out');
  return can;
}

/**
 * An S3 server (gofakes3) of this test alone, in memory, on a free port of 127.0.0.1; it checks every signature.
 *
 * @param quota in bytes: beyond it the bucket is full.
 * @param sessionToken the keys are temporary, and worth nothing without it.
 */
export async function startPrivateS3({
  quota,
  sessionToken,
}: {
  quota?: number;
  sessionToken?: string;
} = {}): Promise<PrivateS3> {
  const [accessKeyId, secretAccessKey, bucket] = ['test-key', randomBytes(20).toString('hex'), 'profiles'];
  // It ends by itself when its standard input does: with this process, however that ended.
  const flags = { quota, 'session-token': sessionToken };
  const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  const args = [...given, accessKeyId, secretAccessKey, bucket];
  const child = spawn(ensureServer(), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [address] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { port } = new URL(address);
  return {
    port: Number(port),
    address: `s3://${bucket}/of/tests?endpoint=http://127.0.0.1:${port}`,
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    blobs: (options = {}) =>
      new S3Blobs({ endpoint: `http://127.0.0.1:${options.port ?? port}`, bucket, prefix: '/of/tests' }, async () => ({
        accessKeyId,
        secretAccessKey: options.secret ?? secretAccessKey,
        region: 'us-east-1',
      })),
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** Built once for each state of its sources, with Go from the module proxy. */
function ensureServer(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)));
  const folder = home('tools', `s3-server-${hash.digest('hex').slice(0, 12)}`);
  const server = join(folder, 's3-server');
  if (existsSync(server)) return server;
  mkdirSync(folder, { recursive: true });
  const part = `${server}.${process.pid}`;
  const go = findGo();
  if (go === null) throw new TroubleError('The tests of S3 need Go 1.24 or newer, to build a server');
  try {
    const env = { ...process.env, CGO_ENABLED: '0' };
    execFileSync(go, ['build', '-o', part, '.'], { cwd: sources, env, stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw new TroubleError(`The S3 server of the tests could not be built: ${(error as Error).message}`);
  }
  renameSync(part, server);
  return server;
}
