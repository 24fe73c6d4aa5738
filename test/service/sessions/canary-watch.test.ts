import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Replica, startReplica } from '../../../src/replica/start-replica.ts';
import type { Service } from '../../../src/service/instance/service.ts';
import type { LogLine } from '../../../src/service/log-line.ts';
import type { SessionIds, WorkspaceId } from '../../../src/service/session-ids.ts';
import type { OpenSessionHost } from '../../../src/service/sessions/session-host.ts';
import { lightHosts } from '../../support/light-host.ts';
import { engines } from '../../support/service-databases.ts';
import { linkWith, startTestService, until, untilStatus } from '../../support/test-service.ts';

let replica: Replica;
let numbers = 15550600000;

beforeAll(async () => {
  replica = await startReplica({ build: '2.3000.1044822804' });
});
afterAll(async () => {
  await replica.close();
});

describe.each(engines)('canary accounts with %s', (engine, newAddress) => {
  /** What does not hang on the engine is tested on the faster one. */
  const onSqlite = test.runIf(engine === 'SQLite');
  let address: string;
  let service: Service;
  let log: LogLine[];
  let workspace: WorkspaceId;
  const services = new Set<Service>();
  /** Sessions whose events no longer get from the page to Node, and those whose texts get no ticks. */
  let deaf: Set<string>;
  let tickless: Set<string>;
  let messages: unknown[];

  const openHost: OpenSessionHost = (spec) =>
    lightHosts({ port: replica.port })({
      ...spec,
      onSeen: (event) => {
        const { session } = spec.lease.ids;
        if (event.type === 'client:message' && deaf.has(session)) return;
        if (event.type === 'client:message_ack' && tickless.has(session)) return;
        spec.onSeen(event);
      },
    });

  async function start() {
    const started = await startTestService({ database: address, openHost });
    services.add(started.service);
    return started;
  }

  beforeEach(async () => {
    deaf = new Set();
    tickless = new Set();
    messages = [];
    address = await newAddress();
    ({ service, log } = await start());
    service.onEvent((_ids, event) => event.type === 'message' && messages.push(event.message));
    workspace = (await service.workspaces.create('W')).id;
  });
  afterEach(async () => {
    for (const one of services) await one.stop();
    services.clear();
  });

  async function connected(inside = workspace, by = service): Promise<SessionIds> {
    const { id } = replica.phones.create(String(++numbers));
    const ids = await linkWith(by, inside, (qr) => replica.phones.scan(id, qr));
    await untilStatus(by, ids, 'connected');
    return ids;
  }

  async function canary(): Promise<SessionIds> {
    const ids = await connected();
    await service.canaries.mark(ids, true);
    return ids;
  }

  const probes = async (outcome: string) => {
    const text = await service.metrics.registry.metrics();
    const line = new RegExp(
      `^wwebjs_session_probes_total\\{library="1.34.7",outcome="${outcome}"\\} (\\d+)$`,
      'm',
    ).exec(text);
    return Number(line?.[1] ?? 0);
  };
  const ends = (ids: SessionIds) => log.filter(({ event, account }) => event === 'ended' && account === ids.account);
  const backoffOver = () => service.database.kysely.updateTable('sessions').set({ next_start_at: 0 }).execute();

  onSqlite('a session that hears the probes is left alone, and no webhook receives them', async () => {
    const [one, other] = [await canary(), await canary()];
    await until('probes went both ways', async () => (await probes('heard')) >= 4);
    expect([...ends(one), ...ends(other)]).toEqual([]);
    expect(messages).toEqual([]);
    expect(await probes('deaf')).toBe(0);
  });

  test('a session that is connected and deaf is started again on its profile, and hears', async () => {
    const [one, other] = [await canary(), await canary()];
    await until('the probes are heard', async () => (await probes('heard')) >= 2);
    deaf.add(other.session);
    expect(await untilStatus(service, other, 'disconnected')).toMatchObject({ cause: 'session-deaf' });
    deaf.clear();
    await backoffOver();
    await untilStatus(service, other, 'connected');
    const before = await probes('heard');
    await until('it hears again', async () => (await probes('heard')) >= before + 2);
    expect(await probes('deaf')).toBe(1);
    expect(ends(one)).toEqual([]);
    expect(ends(other)).toMatchObject([{ end: 'failed', code: 'session-deaf', written: 'failed' }]);
    const causes = (await service.accounts.history(other.account, 50, 0)).map(({ to, cause }) => `${to} ${cause}`);
    expect(causes).toContain('disconnected session-deaf');
  });

  onSqlite('a session that stays deaf needs attention after the third start', async () => {
    await canary();
    const other = await canary();
    deaf.add(other.session);
    const waiting = await until('it needs attention', async () => {
      await backoffOver();
      const account = await service.accounts.get(workspace, other.account);
      return account.attention === null ? null : account;
    });
    expect(waiting).toMatchObject({ status: 'disconnected', attention: 'session-deaf', canary: true });
  });

  onSqlite('a probe without ticks says nothing about its receiver', async () => {
    const [one, other] = [await canary(), await canary()];
    tickless.add(one.session).add(other.session);
    deaf.add(other.session);
    await until('probes are given up', async () => (await probes('undelivered')) >= 2);
    expect([...ends(one), ...ends(other)]).toEqual([]);
    expect(await probes('deaf')).toBe(0);
  });

  test('a session that another instance runs is probed too, and ended there', async () => {
    await canary();
    const { service: elsewhere, log: said } = await start();
    const other = await connected(workspace, elsewhere);
    await service.canaries.mark(other, true);
    await until('the probes are heard', async () => (await probes('heard')) >= 1);
    deaf.add(other.session);
    expect(await untilStatus(service, other, 'disconnected')).toMatchObject({ cause: 'session-deaf' });
    expect(said).toContainEqual(
      expect.objectContaining({ event: 'ended', account: other.account, code: 'session-deaf' }),
    );
  });

  onSqlite(
    'plain accounts, those that are canaries no more and a canary alone in its workspace get no probes',
    async () => {
      const [plain, former, alone] = [await connected(), await canary(), await canary()];
      const elsewhere = await connected((await service.workspaces.create('V')).id);
      await service.canaries.mark(elsewhere, true);
      await service.canaries.mark(former, false);
      const before = await probes('heard');
      deaf.add(plain.session).add(former.session).add(alone.session).add(elsewhere.session);
      await sleep(2_500);
      expect(await probes('heard')).toBeLessThanOrEqual(before + 2);
      for (const ids of [plain, former, alone, elsewhere]) expect(ends(ids)).toEqual([]);
    },
  );
});
