import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ensureBrowser } from '../../../src/browser/ensure-browser.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import {
  startTestReplica,
  type TestPhone,
  type TestReplica,
  type TestReplicaOptions,
} from '../../../src/testing/start-test-replica.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

/** The part of a whatsapp-web.js client that tests of single methods use; other methods by their names. */
export interface Client {
  on(event: string, listener: (...args: never[]) => void): void;
  once(event: string, listener: (...args: never[]) => void): void;
  initialize(): Promise<void>;
  destroy(): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: the methods of several library versions
  [method: string]: any;
}

/** A client of the unmodified library, linked to a replica in this process. */
export interface LinkedClient extends AsyncDisposable {
  client: Client;
  phone: TestPhone;
  replica: TestReplica;
  /** What the library exports. */
  // biome-ignore lint/suspicious/noExplicitAny: the classes of several library versions
  library: any;
}

/** A client of the unmodified library whose browser takes the replica for WhatsApp Web, not yet initialized. */
async function clientOf(version: string, replica: TestReplica): Promise<Pick<LinkedClient, 'client' | 'library'>> {
  const { packageDir } = await ensureLibrary(version, console.log);
  const browser = await ensureBrowser('current', console.log);
  const library: LinkedClient['library'] = createRequire(join(packageDir, 'package.json'))(packageDir);
  const client: Client = new library.Client({
    puppeteer: {
      executablePath: browser.executablePath,
      args: [...browser.args, ...replica.chromiumArgs],
      // Chromium leaves files of its own in there when it ends in the middle of a write.
      env: { ...process.env, ...browser.env, TMPDIR: temporaryFolder() },
    },
    webVersionCache: { type: 'none' },
  });
  return { client, library };
}

/** Links a client to a phone; resolves when it is ready. @throws AbortError when it is not within 30 s. */
async function link(client: Client, phone: TestPhone): Promise<void> {
  client.once('qr', (qr: string) => void phone.scan(qr));
  await Promise.all([once(client as never, 'ready', { signal: AbortSignal.timeout(30_000) }), client.initialize()]);
}

/** Another client on the replica, linked to one of its phones; the caller destroys it. */
export async function peerOf(replica: TestReplica, version: string, phone: TestPhone): Promise<Client> {
  const { client } = await clientOf(version, replica);
  await link(client, phone);
  return client;
}

/** A client that is not initialized yet, and a replica with one phone. */
export async function newClient(
  version: string,
  build: string,
  options: Omit<TestReplicaOptions, 'build'> = {},
): Promise<LinkedClient> {
  const replica = await startTestReplica({ build, ...options });
  const [phone] = replica.phones;
  if (!phone) throw new Error('no phone');
  const { client, library } = await clientOf(version, replica);
  const close = async () => {
    await client.destroy();
    await replica.close();
  };
  return { client, phone, replica, library, [Symbol.asyncDispose]: close };
}

/** Resolves when the client is ready. @throws AbortError when it is not within 30 s. */
export async function linkedClient(
  version: string,
  build: string,
  options: Omit<TestReplicaOptions, 'build'> = {},
): Promise<LinkedClient> {
  const linked = await newClient(version, build, options);
  const { client, phone } = linked;
  try {
    await link(client, phone);
  } catch (error) {
    await linked[Symbol.asyncDispose]();
    throw error;
  }
  return linked;
}
