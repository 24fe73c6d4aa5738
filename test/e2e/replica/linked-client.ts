import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
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

/** Versions, each with a build on which all works that tests of both try. */
export const workingPairs: readonly [version: string, build: string][] = [
  ['1.34.7', '2.3000.1032534684'],
  ['1.33.2', '2.3000.1029241508'],
];

/** What tests have of a client that they share: all but its end. */
export interface SharedClient extends Omit<LinkedClient, keyof AsyncDisposable> {
  /** The arguments of the next event of the client. @throws AbortError when it does not come within 20 s. */
  // biome-ignore lint/suspicious/noExplicitAny: the arguments of several library versions
  event(name: string): Promise<any[]>;
}

/**
 * One linked client for all tests of the file, or of the `describe` block that calls this: it is there from the first hook on. No test may
 * leave a finding of the replica.
 */
export function sharedClient(...args: Parameters<typeof linkedClient>): SharedClient {
  let linked: LinkedClient | undefined;
  const started = (): LinkedClient => {
    if (!linked) throw new Error('the client is not linked yet');
    return linked;
  };
  beforeAll(async () => {
    linked = await linkedClient(...args);
  });
  afterAll(() => linked?.[Symbol.asyncDispose]());
  afterEach(() => expect(started().replica.findings()).toEqual([]));
  return {
    get client() {
      return started().client;
    },
    get phone() {
      return started().phone;
    },
    get replica() {
      return started().replica;
    },
    get library() {
      return started().library;
    },
    event: async (name) => once(started().client as never, name, { signal: AbortSignal.timeout(20_000) }),
  };
}
