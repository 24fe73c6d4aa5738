import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { Exporter } from '../../../src/exporter/exporter.ts';
import type { ExportedTables } from '../../../src/exporter/service-reads.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import type { Lease } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { reviveUnlinked } from '../../../src/service/rollouts/revive-unlinked.ts';
import { SessionIds, workspaceId } from '../../../src/service/session-ids.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { aMinuteLater } from '../../support/a-minute-later.ts';
import { engines } from '../../support/service-databases.ts';
import { silentHosts } from '../../support/silent-host.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const library = '1.34.7';
const rounds = 8;

/** What is tried with an account in a round; what its status does not allow is left out. */
const steps = ['forward', 'forward', 'release', 'fail', 'fail', 'delete', 'relink', 'stay'] as const;
const histories = fc.sample(fc.array(fc.constantFrom(...steps), { minLength: rounds, maxLength: rounds }), {
  numRuns: 30,
  seed: 20261129,
});

interface Linked {
  lease: Lease;
  wasConnected: boolean;
}

/** The accounts that have linked one number and are not deleted, the newest last. */
interface Number {
  phone: string;
  links: Linked[];
}

describe.each(engines)('lost logins in %s', (_, newAddress) => {
  let server: TestServer;
  let workspace: string;
  let address: string;
  /** What the calls that failed an account answered, and what happened according to the steps. */
  const losses = { answered: 0, happened: 0 };

  beforeAll(async () => {
    address = await newAddress();
    // It claims nothing.
    server = await startTestServer({ database: address, openHost: silentHosts, maxSessions: 0 });
    workspace = (await server.ask('POST', '/v1/workspaces', { name: 'Berlin' })).body.id;
  });
  afterAll(async () => {
    expect(server.troubles).toEqual([]);
    await server.stop();
  });

  const overview = async () => (await server.ask('GET', '/v1/overview')).body.lostLogins;

  const exported = async () => {
    const database = await openDatabase<ExportedTables>(address);
    const store = await openStore(join(temporaryFolder(), 'store.sqlite'));
    const { text } = await new Exporter(store, aMinuteLater(database), (error) => {
      throw error;
    }).read();
    await database.close();
    await store.close();
    const counts = text.split('\n').filter((line) => line.startsWith('wwebjs_lost_logins_total{'));
    return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };

  const listed = async () => {
    const { kysely, engine } = server.service.database;
    const query = readFileSync(join(packageRoot, 'sql/queries', engine, 'lost-logins.sql'), 'utf8');
    return (await kysely.executeQuery(CompiledQuery.raw(query.replace(/;\s*$/, '')))).rows.length;
  };

  const links = () => new Links(server.service.database, 'another', () => {});
  const accounts = () => new Accounts(server.service.database, 'another');
  const statusOf = async ({ lease: { ids } }: Linked) => (await accounts().of(ids)).status;

  async function begin(phone: string): Promise<Linked> {
    const request = { phone, library, libraryPin: null };
    const { lease } = await links().begin(SessionIds.create(workspaceId(workspace)), request);
    return { lease, wasConnected: false };
  }

  async function connect(link: Linked, phone: string): Promise<void> {
    await links().ready(link.lease, phone, library);
    link.wasConnected = true;
  }

  async function take(number: Number, step: (typeof steps)[number]): Promise<void> {
    const link = number.links.at(-1);
    if (!link) return;
    const status = await statusOf(link);
    if (step === 'forward' && (status === 'qr_scanning' || status === 'disconnected')) {
      await accounts().authenticated(link.lease);
    } else if (step === 'forward' && status === 'authenticated') {
      await connect(link, number.phone);
    } else if (step === 'release' && (status === 'authenticated' || status === 'connected')) {
      await new Leases(server.service.database, 'another').release(link.lease, 'instance-stopped');
    } else if (step === 'fail' && status !== 'failed') {
      if (await accounts().fail(link.lease, 'unlinked')) losses.answered++;
      if (link.wasConnected) losses.happened++;
    } else if (step === 'relink' && status === 'failed') {
      const again = await begin(number.phone);
      await accounts().authenticated(again.lease);
      await connect(again, number.phone);
      number.links.push(again);
    } else if (step === 'delete') {
      await accounts().delete(link.lease.ids);
      number.links.pop();
    }
  }

  async function isLost({ links }: Number): Promise<boolean> {
    const link = links.at(-1);
    return link?.wasConnected === true && (await statusOf(link)) === 'failed';
  }

  test('are the same in overview, metrics and query, whatever happened to the accounts', async () => {
    const { database } = server.service;
    const numbers: Number[] = [];
    for (const [at] of histories.entries()) {
      const phone = `1555019${1000 + at}`;
      numbers.push({ phone, links: [await begin(phone)] });
    }
    let most = 0;
    for (let round = 0; round < rounds; round++) {
      for (const [at, number] of numbers.entries()) await take(number, histories[at]?.[round] ?? 'stay');
      if (round === 5)
        await database.transaction((tx) => reviveUnlinked(database, tx, { candidate: library, created_at: 0 }));
      for (const lease of (await new Leases(database, 'another').claim(100)).map((claimed) => claimed.lease)) {
        const all = numbers.flatMap(({ links }) => links);
        Object.assign(all.find((link) => link.lease.ids.session === lease.ids.session) ?? {}, { lease });
      }
      const lost: string[] = [];
      for (const number of numbers) if (await isLost(number)) lost.push(number.phone);
      const shown = await overview();
      expect(shown.newest.map(({ phone }: { phone: string }) => phone).sort(), `round ${round}`).toEqual(lost);
      expect(shown.accounts).toBe(lost.length);
      if (round === 5) expect(lost, 'all were restored').toEqual([]);
      most = Math.max(most, lost.length);
    }
    expect(most).toBeGreaterThan(3);
    const { happened } = losses;
    expect(happened).toBeGreaterThan(10);
    expect(losses.answered).toBe(happened);
    expect(await exported()).toBe(happened);
    expect(await listed()).toBe(happened);
  });
});
