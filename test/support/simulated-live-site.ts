import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { FolderBlobs } from '../../src/blobs/folder-blobs.ts';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { captureAccount } from '../../src/cli/surface/capture-in-browser.ts';
import type { Attempt } from '../../src/contracts/attempt.ts';
import type { Capture } from '../../src/contracts/capture.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { AccountPool } from '../../src/live/account-pool.ts';
import { CodeShower } from '../../src/live/code-shower.ts';
import { linkAccount } from '../../src/live/link-account.ts';
import { type LiveAttemptOptions, LiveAttempts } from '../../src/live/live-attempts.ts';
import { readLivePolicy } from '../../src/live/live-policy.ts';
import type { LivePool } from '../../src/live/live-starts.ts';
import type { LiveDatabase, LiveTables } from '../../src/live/tables.ts';
import { touchedModules } from '../../src/replica/builds/read-build-data.ts';
import { certificateOfKey } from '../../src/replica/server/certificate.ts';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import type { AttemptInput } from '../../src/runner/attempt-input.ts';
import type { Flow } from '../../src/runner/flow.ts';
import { loadFlow } from '../../src/runner/load-flow.ts';
import { SealedProfiles } from '../../src/service/profiles/sealed-profiles.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { captureSurface } from '../../src/surface/capture/capture-surface.ts';
import { KeptScripts } from '../../src/surface/capture/kept-scripts.ts';
import { realClock } from '../../src/surface/capture/live-site.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { advance, withClock } from './simulated-clock.ts';

/** Numbers of the range that is kept free for fiction. */
export const numbers = { anna: '15550100120', ben: '15550100121' };
const library = '1.34.7';

interface AttemptsOptions {
  accounts?: string[];
  /** Of the phone that takes codes. */
  number?: string;
  /** Whether the command that has the phone reports what the phone refuses; true when left out. */
  reports?: boolean;
  chromiumArgs?: string[];
  heartbeatMs?: number;
}

/**
 * The replica, served as the live site to the tests of a file. Replaced are where the name resolves to, whose certificate is trusted, and
 * the clock of the database.
 */
export class SimulatedLiveSite {
  /** Folder of the devices that the site knows, and of its certificate. */
  readonly state: string;
  /** Folder of the profiles. */
  readonly store = temporaryFolder();
  replica: Replica;
  readonly database: LiveDatabase;
  /** Of the database, for another machine. */
  readonly address: string;
  readonly pool: LivePool;
  /** Frees the address of the site. */
  #leave = () => this.replica.close();

  private constructor(replica: Replica, database: LiveDatabase, address: string, state: string) {
    this.replica = replica;
    this.database = database;
    this.address = address;
    this.state = state;
    const [policy, keys] = [readLivePolicy(), [Buffer.alloc(32, 7)]];
    this.pool = {
      accounts: new AccountPool(database, policy, keys),
      profiles: new SealedProfiles(new FolderBlobs(this.store), keys),
      policy,
    };
  }

  static async start(build: string): Promise<SimulatedLiveSite> {
    const state = temporaryFolder();
    const replica = await startReplica({ build, state, liveScripts: true });
    for (const number of Object.values(numbers)) replica.phones.withNumber(number);
    const address = `sqlite:${join(temporaryFolder(), 'store.sqlite')}`;
    return new SimulatedLiveSite(replica, await withClock(await openDatabase<LiveTables>(address)), address, state);
  }

  async close(): Promise<void> {
    await this.#leave();
    await this.database.close();
  }

  /** WhatsApp serves another build at the same address, and knows the same devices. */
  async serve(build: string): Promise<void> {
    const { port } = this.replica;
    await this.#leave();
    this.replica = await startReplica({ build, state: this.state, port, liveScripts: true });
  }

  /** The site answers every request at its address like this, until it serves a build again. */
  async answer(status: number, body = ''): Promise<void> {
    const { port } = this.replica;
    const { cert, key } = await certificateOfKey(join(this.state, 'certificate-key.pem'));
    await this.#leave();
    const server = createServer({ cert, key }, (_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end(body);
    });
    await once(server.listen(port, '127.0.0.1'), 'listening');
    this.#leave = async () => {
      server.close();
      server.closeAllConnections();
      this.#leave = () => this.replica.close();
    };
  }

  advance(ms: number): Promise<void> {
    return advance(this.database, ms);
  }

  attempts(options: AttemptsOptions = {}): LiveAttempts {
    return new LiveAttempts(this.pool, this.#startOptions(options));
  }

  /** Links a new account by a flow, with the phone of `options`. @param number where it is known before. */
  async add(name: string, flow: string | Flow, number: string | null = null, options: AttemptsOptions = {}) {
    return linkAccount(this.pool, this.#startOptions(options), { name, number, input: await liveInput(flow) });
  }

  #startOptions({
    number = numbers.anna,
    reports = true,
    chromiumArgs = this.replica.chromiumArgs,
    ...options
  }: AttemptsOptions): LiveAttemptOptions {
    const onCode = phoneCommand(this.replica, number, reports);
    return {
      ...options,
      chromiumArgs,
      shower: (account) => new CodeShower({ account, onCode, file: join(this.store, 'qr.png'), write: () => {} }),
      screenshots: false,
      say: () => {},
      wait: (ms) => this.#waitWithLeases(ms),
    };
  }

  /** The page of one of the accounts, as `surface capture --account` reads it. @throws as `captureAccount` */
  async capture(name: string): Promise<Capture> {
    const page = await captureAccount(this.attempts({ accounts: [name] }), {
      name,
      browser: await ensureBrowser('current', console.log),
      flags: this.replica.chromiumArgs,
      site: {
        ...realClock,
        connectTo: { host: '127.0.0.1', port: this.replica.port },
        trusted: this.replica.certificate,
      },
      kept: new KeptScripts(temporaryFolder()),
      say: () => {},
    });
    return captureSurface(page, touchedModules());
  }

  /** Leases are renewed every 15 s of a wait. */
  async #waitWithLeases(ms: number): Promise<void> {
    const held = this.database.kysely.updateTable('live_accounts').where('lease_owner', 'is not', null);
    await held.set(({ eb }) => ({ lease_expires_at: eb('lease_expires_at', '+', ms) })).execute();
    await this.advance(ms);
  }

  /** Links both numbers. */
  async link(): Promise<void> {
    passed(await this.add('anna', 'qr-to-ready'));
    passed(await this.add('ben', 'pairing-code-to-ready', numbers.ben, { number: numbers.ben }));
  }
}

/** A shell command that has the phone of this number. @param reports whether it reports what the phone refuses */
export function phoneCommand({ phoneUrl, phones }: Replica, number: string, reports = true): string {
  const script = join(temporaryFolder(), 'phone.mjs');
  const phone = `${phoneUrl}/phones/${phones.withNumber(number)}`;
  writeFileSync(
    script,
    `const { WWEBJS_CANARY_CODE: code, WWEBJS_CANARY_CODE_KIND: kind } = process.env;
const [path, body] = kind === 'qr' ? ['/scan', { qr: code }] : ['/pair', { code }];
const headers = { 'content-type': 'application/json' };
const answer = await fetch(${JSON.stringify(phone)} + path, { method: 'POST', headers, body: JSON.stringify(body) });
if (!answer.ok && ${reports}) {
  console.log((await answer.json()).code);
  process.exitCode = 1;
}
`,
  );
  return `"${process.execPath}" "${script}"`;
}

/** A site that is there for all tests of a file. */
export function simulatedLiveSite(build: string): () => SimulatedLiveSite {
  let site: SimulatedLiveSite | undefined;
  beforeAll(async () => {
    site = await SimulatedLiveSite.start(build);
  }, 120_000);
  afterAll(() => site?.close());
  return () => site as SimulatedLiveSite;
}

/** @param flow of `canaries/live`, by its name, or any. */
export async function liveInput(flow: string | Flow): Promise<AttemptInput> {
  const loaded = typeof flow === 'string' ? await loadFlow(flow, 'live') : flow;
  return {
    ...{ id: 'live-0001', seed: 1, flow: loaded, surface: null, deadlineFactor: 1, runFolder: temporaryFolder() },
    library: await ensureLibrary(library, console.log),
    browser: await ensureBrowser('current', console.log),
    cell: {
      ...{ library, build: 'live', browser: 'current', flow: loaded.name },
      ...{ condition: 'none', switches: {}, target: 'live' },
    },
  };
}

export function passed(attempt: Attempt): void {
  expect(attempt, JSON.stringify(attempt.cause)).toMatchObject({ outcome: 'passed' });
}

/** Neither number is anywhere in the record. */
export function namesNobody(attempt: Attempt): void {
  expect(JSON.stringify(attempt)).not.toMatch(new RegExp(Object.values(numbers).join('|')));
}
