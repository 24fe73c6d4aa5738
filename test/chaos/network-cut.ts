import { setTimeout as sleep } from 'node:timers/promises';
import { startReplica } from '../../src/replica/start-replica.ts';
import type { ServiceOptions } from '../../src/service/instance/service.ts';
import { Leases } from '../../src/service/leases/leases.ts';
import type { ServiceTables } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';
import { FleetInstance } from './fleet.ts';

interface NetworkCut {
  how: 'refuse' | 'silent';
  sessions: number;
  cutMs: number;
  slots: number;
  deadlines?: ServiceOptions['deadlines'];
  /** How often a page looks whether its server answers, in milliseconds. */
  pingMs?: number;
  /** Ends every backoff at once, and the cut when each session has failed so often: minutes become seconds. */
  failuresEach?: number;
}

/** How all sessions of an instance came back from a cut of the network between its pages and WhatsApp. */
export interface CutResult {
  /** Starts that failed meanwhile, by code. */
  failed: Record<string, number>;
  /** Sessions that waited for a person when all others were back. */
  needingAttention: number;
  /** Milliseconds from the return of the network until the last session was connected. */
  backMs: number;
  /** The 99th percentile of the delay of the event loop, of the instance and of a process that does nothing, in milliseconds. */
  loopDelayMs: { instance: number; idle: number };
}

/** Cuts the network of all pages of one instance; its database stays. */
export async function networkCut({ how, sessions, cutMs, failuresEach, ...options }: NetworkCut): Promise<CutResult> {
  const replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  const address = await newMysqlDatabase();
  const { slots } = options;
  const openHost = lightHosts({ port: replica.port });
  const { service: linking, folder } = await startTestService({ database: address, openHost, slots });
  const { id: workspace } = await linking.workspaces.create('W');
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550610000 + i)).id;
    const ids = await linkWith(linking, workspace, (qr) => replica.phones.scan(phone, qr));
    await untilStatus(linking, ids, 'connected');
  }
  await linking.stop();

  const wire = await TcpProxy.to(replica.port);
  const database = await openDatabase<ServiceTables>(address);
  const { kysely } = database;
  const instance = new FleetInstance({ ...options, database: address, folder, port: wire.port, launchMs: 50 });
  const idle = new FleetInstance({}, 'loop-delay.ts');
  const connected = async () => {
    const rows = await kysely.selectFrom('whatsapp_accounts').select('id').where('status', '=', 'connected').execute();
    return rows.length === sessions;
  };
  await until('all are connected', connected, 300_000);
  for (const process of [instance, idle]) process.signal('SIGUSR2');

  const isEnough = async (each: number) => {
    await kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    const counts = await kysely
      .selectFrom('session_starts')
      .select((select) => ['session_id', select.fn.countAll<number>().as('count')])
      .where('outcome', '=', 'failed')
      .groupBy('session_id')
      .execute();
    return counts.length === sessions && counts.every(({ count }) => Number(count) >= each);
  };
  wire.cut(how);
  if (failuresEach === undefined) await sleep(cutMs);
  else await until('all have failed often enough', () => isEnough(failuresEach), cutMs);
  wire.mend();
  const mendedAt = performance.now();
  const person = new Leases(database, 'person');
  const areConnected = async () => {
    // Starts that were under way when the network came back may fail once more.
    if (failuresEach !== undefined) await person.startAll({ waitsFor: 'backoff' });
    return connected();
  };
  await until('all are connected', areConnected, 900_000);
  const backMs = Math.round(performance.now() - mendedAt);
  const waiting = await kysely.selectFrom('sessions').select('id').where('attention_at', 'is not', null).execute();
  const ended = await kysely
    .selectFrom('session_starts')
    .select((select) => ['code', select.fn.countAll<number>().as('count')])
    .where('code', 'is not', null)
    .groupBy('code')
    .execute();
  for (const process of [instance, idle]) process.signal('SIGTERM');
  await Promise.all([instance.exited, idle.exited]);
  await database.close();
  await wire.close();
  await replica.close();
  const failed = Object.fromEntries(ended.map(({ code, count }) => [String(code), Number(count)]));
  const loopDelayMs = { instance: instance.loopDelayMs, idle: idle.loopDelayMs };
  return { failed, needingAttention: waiting.length, backMs, loopDelayMs };
}
