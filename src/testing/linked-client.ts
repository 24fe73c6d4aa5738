import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, ensureBrowser } from '../browser/ensure-browser.ts';
import { ReplicaFindingsError } from './replica-findings-error.ts';
import { startTestReplica, type TestPhone, type TestReplica, type TestReplicaOptions } from './start-test-replica.ts';

/** What linking uses of a `Client` of whatsapp-web.js. */
export interface LinkableClient {
  // biome-ignore lint/suspicious/noExplicitAny: each event of a client has arguments of its own.
  on(event: string, listener: (...args: any[]) => void): unknown;
  initialize(): Promise<void>;
  getState(): Promise<unknown>;
  destroy(): Promise<void>;
}

/** Options of whatsapp-web.js with which a client opens the replica: `new Client({ ...options, authStrategy })`. */
export interface ReplicaClientOptions {
  puppeteer: { executablePath: string; args: string[]; env: Record<string, string | undefined> };
  /** Without a cache, no page of the replica stays behind in `.wwebjs_cache`. */
  webVersionCache: { type: 'none' };
}

/** Makes the client under test. It adds its listeners and does not call `initialize()`. */
export type CreateClient<Client extends LinkableClient> = (options: ReplicaClientOptions) => Client | Promise<Client>;

export interface LinkedClientOptions extends TestReplicaOptions {
  /**
   * `current` or `107` (a Chromium from npm, on Linux x64), `chrome` or `chromium` (installed), or a path. When left out: `current` on Linux
   * x64, else `chrome`.
   */
  browser?: string;
  /** Time limit of the link, up to `ready`, in milliseconds; 60 000 when left out. */
  linkMs?: number;
}

/** Options of the fixtures of the test runners. */
export interface ClientTestOptions extends LinkedClientOptions {
  /** Time limit of each test, with its link, in milliseconds; 120 000 when left out. Playwright counts the link apart. */
  testMs?: number;
}

export interface LinkedClient<Client> {
  client: Client;
  /** The phone that linked the client: the first one of the replica. */
  phone: TestPhone;
  replica: TestReplica;
}

const defaultBrowser = platform === 'linux' && arch === 'x64' ? 'current' : 'chrome';

/** How long a page may take to answer, which may hang for a reason that the test is about. */
const lastCallsMs = 2_000;

const browsers = new Map<string, Promise<Browser>>();

/**
 * Finds the browser of the options, or downloads it, once per process.
 *
 * @throws InputError when nothing has its name; TroubleError when it cannot be downloaded or started.
 */
export function prepareBrowser({ browser = defaultBrowser }: Pick<LinkedClientOptions, 'browser'>): Promise<Browser> {
  const prepared = browsers.get(browser) ?? ensureBrowser(browser, (line) => process.stderr.write(`${line}\n`));
  browsers.set(browser, prepared);
  return prepared;
}

/**
 * Starts a replica, links a client to it, and closes both when `use` has ended.
 *
 * @returns what `use` returned.
 * @throws ReplicaFindingsError when the client called a part of the page that the replica has only by name.
 * @throws Error when the client is not ready in time, with the events that came; else the error of `use`.
 */
export async function withLinkedClient<Client extends LinkableClient, Result>(
  createClient: CreateClient<Client>,
  options: LinkedClientOptions,
  use: (linked: LinkedClient<Client>) => Result | Promise<Result>,
): Promise<Result> {
  const { executablePath, args, env } = await prepareBrowser(options);
  const replica = await startTestReplica(options);
  const phone = replica.phones[0] ?? replica.addPhone();
  // Chromium leaves files of its own in there when it ends in the middle of a write.
  const folder = await mkdtemp(join(tmpdir(), 'wwebjs-canary-'));
  const clientOptions: ReplicaClientOptions = {
    puppeteer: {
      executablePath,
      args: [...args, ...replica.chromiumArgs],
      env: { ...process.env, ...env, TMPDIR: folder },
    },
    webVersionCache: { type: 'none' },
  };
  const linkAndUse = async () => {
    const client = await createClient(clientOptions);
    try {
      await link(client, phone, options.linkMs);
      return await use({ client, phone, replica });
    } finally {
      await lastCalls(client);
      await client.destroy();
    }
  };
  const [ended] = await Promise.allSettled([linkAndUse()]);
  await replica.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  const findings = replica.findings();
  if (findings.length > 0) {
    throw new ReplicaFindingsError(findings, ended.status === 'rejected' ? ended.reason : undefined);
  }
  if (ended.status === 'rejected') throw ended.reason;
  return ended.value;
}

/**
 * Waits until the calls that the client made have returned. A text reaches the phone before the call that sent it returns, and a call that is
 * cut off by `destroy()` is an unhandled rejection of the program. The page answers calls in sequence: this one comes last.
 */
async function lastCalls(client: LinkableClient): Promise<void> {
  const answered = client.getState().catch(() => {});
  await Promise.race([answered, sleep(lastCallsMs, undefined, { ref: false })]);
}

/** Starts the client and scans its QR code, or types its pairing code, until it is ready. */
async function link(client: LinkableClient, phone: TestPhone, linkMs = 60_000): Promise<void> {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  const events: string[] = [];
  const note = (event: string) => events.push(event);
  let isLinked = false;
  // A QR code or a pairing code is replaced after some time: the next one counts, too.
  const show = (code: string, enter: (code: string) => Promise<unknown>) => {
    if (!isLinked) enter(code).catch((error: Error) => note(`refused by the phone: ${error.message}`));
  };
  client.on('qr', (qr: string) => {
    note('qr');
    show(qr, (code) => phone.scan(code));
  });
  client.on('code', (code: string) => {
    note('code');
    show(code, (typed) => phone.pair(typed));
  });
  client.on('authenticated', () => note('authenticated'));
  client.on('ready', () => resolve());
  client.on('auth_failure', (message: unknown) => reject(new Error(`auth_failure: ${message}`)));
  client.on('disconnected', (reason: unknown) => reject(new Error(`disconnected before ready: ${reason}`)));
  client.initialize().catch((cause: unknown) => reject(new Error(`initialize() failed: ${cause}`, { cause })));
  const timer = setTimeout(() => {
    const seen = events.length === 0 ? 'no event' : `only ${events.join(', ')}`;
    reject(new Error(`the client was not ready within ${linkMs} ms: ${seen}`));
  }, linkMs);
  try {
    await ready;
  } finally {
    isLinked = true;
    clearTimeout(timer);
  }
}
