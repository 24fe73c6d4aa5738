import { setTimeout as sleep } from 'node:timers/promises';
import { startReplica } from '../../src/replica/start-replica.ts';
import type { ServiceOptions } from '../../src/service/instance/service.ts';
import { lightHosts } from '../support/light-host.ts';
import { newMysqlDatabase } from '../support/mysql-server.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { linkWith, startTestService, until, untilStatus } from '../support/test-service.ts';

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
}

/** Cuts the network of all pages of one instance; its database stays. */
export async function networkCut({
  how,
  sessions,
  cutMs,
  slots,
  deadlines,
  failuresEach,
  pingMs,
}: NetworkCut): Promise<CutResult> {
  const replica = await startReplica({ build: '2.3000.1044822804', timeScale: 100 });
  const wire = await TcpProxy.to(replica.port);
  const openHost = lightHosts({ port: wire.port, ...(pingMs && { pingMs }) });
  const database = await newMysqlDatabase();
  const { service } = await startTestService({ database, openHost, slots, ...(deadlines && { deadlines }) });
  const { id: workspace } = await service.workspaces.create('W');
  const linked = [];
  for (let i = 0; i < sessions; i++) {
    const phone = replica.phones.create(String(15550610000 + i)).id;
    linked.push(await linkWith(service, workspace, (qr) => replica.phones.scan(phone, qr)));
  }
  for (const ids of linked) await untilStatus(service, ids, 'connected');
  const { kysely } = service.database;
  const failures = () =>
    kysely
      .selectFrom('session_starts')
      .select((select) => ['session_id', select.fn.countAll<number>().as('count')])
      .where('outcome', '=', 'failed')
      .groupBy('session_id')
      .execute();
  const isEnough = async (each: number) => {
    await kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();
    const counts = await failures();
    return counts.length === sessions && counts.every(({ count }) => Number(count) >= each);
  };
  wire.cut(how);
  if (failuresEach === undefined) await sleep(cutMs);
  else await until('all have failed often enough', () => isEnough(failuresEach), cutMs);
  wire.mend();
  const mendedAt = performance.now();
  if (failuresEach !== undefined) await service.sessions.restoreAll({ waitsFor: 'backoff' });
  const counts = async (status: string) => {
    const rows = await kysely
      .selectFrom('whatsapp_accounts')
      .select('id')
      .where('status', '=', status as never)
      .execute();
    return rows.length;
  };
  await until('all are connected', async () => (await counts('connected')) === sessions, 900_000);
  const backMs = Math.round(performance.now() - mendedAt);
  const waiting = await kysely.selectFrom('sessions').select('id').where('attention_at', 'is not', null).execute();
  const ended = await kysely
    .selectFrom('session_starts')
    .select((select) => ['code', select.fn.countAll<number>().as('count')])
    .where('code', 'is not', null)
    .groupBy('code')
    .execute();
  await service.stop();
  await wire.close();
  await replica.close();
  const failed = Object.fromEntries(ended.map(({ code, count }) => [String(code), Number(count)]));
  return { failed, needingAttention: waiting.length, backMs };
}
