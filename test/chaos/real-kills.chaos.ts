import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../src/browser/ensure-browser.ts';
import { type Replica, startReplica } from '../../src/replica/start-replica.ts';
import { leaseMs } from '../../src/service/leases/lease.ts';
import { LibraryHosts } from '../../src/service/sessions/library-host.ts';
import type { ServiceDatabase } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { startTestService, until, untilStatus } from '../support/test-service.ts';
import { connectedSessions } from './connected-sessions.ts';
import { FleetInstance } from './fleet.ts';

const sessions = 8;
/** Chromium commits localStorage late: a browser killed within this time forgets a link that is this young. */
const flushMs = 8_000;
/** Lease time, and what four browsers take one after the other on a busy machine. */
const backMs = leaseMs + 90_000;

let replica: Replica;
let database: ServiceDatabase;
let start: () => FleetInstance;
let profiles: string;
const fleet: FleetInstance[] = [];

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1032534684', timeScale: 100 });
  const browser = await ensureBrowser('current', () => {});
  const browserArgs = replica.chromiumArgs;
  const address = await newMysqlDatabase();
  const openHost = new LibraryHosts({ browser, browserArgs }).open;
  const deadlines = { startMs: 120_000, linkMs: 120_000, readyMs: 120_000, answerMs: 20_000, watchEveryMs: 30_000 };
  const { service, folder } = await startTestService({ database: address, openHost, slots: 1, deadlines });
  profiles = folder;
  const workspace = (await service.workspaces.create('W')).id;
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550900000 + i));
    const link = await service.sessions.link(workspace, { phone: null, pairing: false, libraryPin: null });
    const { code } = await until('a code is shown', () => service.linkCodes.get(link.session), 60_000);
    await replica.phones.scan(phone.id, code);
    await untilStatus(service, link, 'connected', 60_000);
  }
  await service.stop();
  const options = { database: address, folder, port: replica.port, slots: 1, launchMs: 0, browserArgs };
  start = () => new FleetInstance(options, 'real-instance.ts');
  database = await openDatabase(address);
  fleet.push(start(), start());
}, 600_000);

afterAll(async () => {
  for (const instance of fleet) instance.signal('SIGTERM');
  await Promise.all(fleet.map((instance) => instance.exited));
  await database?.close();
  await replica.close();
});

async function settled(): Promise<number> {
  const began = performance.now();
  await until('all are connected', async () => (await connectedSessions(database, fleet)) === sessions, backMs);
  const took = performance.now() - began;
  console.log(`${sessions} real sessions settled in ${Math.round(took)} ms`);
  return took;
}

/** Main processes of browsers whose profile lies in the folder of this test. */
function browsers(): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes(`--user-data-dir=${profiles}`) && !line.includes('--type=');
    } catch {
      return false;
    }
  }).length;
}

test('two instances share eight sessions with real browsers', async () => {
  await settled();
  expect(browsers()).toBe(sessions);
});

test('each instance is killed in turn, and every session comes back in a browser of its own', async () => {
  for (const i of [0, 1]) {
    await sleep(flushMs);
    fleet[i]?.signal('SIGKILL');
    await fleet[i]?.exited;
    fleet[i] = start();
    await settled();
    expect(browsers()).toBe(sessions);
  }
});

test('no account was lost and no device was linked twice', async () => {
  const accounts = await database.kysely.selectFrom('whatsapp_accounts').select('status').execute();
  expect(accounts.map(({ status }) => status)).toEqual(Array(sessions).fill('connected'));
  for (const phone of replica.phones.list()) expect(phone.devices).toHaveLength(1);
});
