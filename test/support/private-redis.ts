import { Redis } from 'ioredis';
import { temporaryFolder } from '../temporary-folder.ts';
import { atFileEnd } from '../temporary-folders/at-file-end.ts';
import { findProgram, installPackages } from './find-mariadbd.ts';
import { freePort, startPrivateServer } from './private-server.ts';

export interface PrivateRedis {
  port: number;
  url: string;
  pid: number;
  /** A connection of this test; it ends with the file. */
  client: Redis;
  stop(): Promise<void>;
}

/**
 * A Redis or Valkey server of this test file alone, on a free port of 127.0.0.1, which keeps nothing; it ends with the file. The program is
 * installed from the system's packages where it is missing.
 */
export async function startPrivateRedis(options: readonly string[] = []): Promise<PrivateRedis> {
  const program = await findServer();
  const port = await freePort();
  const folder = temporaryFolder();
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  });
  client.on('error', () => {});
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  // A server that asks for a password has started too.
  const answers = () =>
    client.ping().catch((error: Error) => (/NOAUTH/.test(error.message) ? null : Promise.reject(error)));
  const server = await startPrivateServer(folder, program, [...settings, ...options], answers);
  const stop = async () => {
    client.disconnect();
    await server.stop();
  };
  atFileEnd(stop);
  return { port, url: `redis://127.0.0.1:${port}`, pid: server.pid, client, stop };
}

async function findServer(): Promise<string> {
  const found = () => findProgram('valkey-server') ?? findProgram('redis-server');
  if (!found()) await installPackages(['redis-server'], 'These tests need a Redis or Valkey server. Install');
  const program = found();
  if (program === null) throw new Error('redis-server is installed, and yet it is not in PATH');
  return program;
}
