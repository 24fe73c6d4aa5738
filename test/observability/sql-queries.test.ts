import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { Accounts } from '../../src/service/accounts/accounts.ts';
import { recordViolation } from '../../src/service/accounts/constraint-violations.ts';
import { Links } from '../../src/service/accounts/links.ts';
import type { Lease } from '../../src/service/leases/lease.ts';
import { Leases } from '../../src/service/leases/leases.ts';
import { wasRolledBack } from '../../src/service/rollouts/release-failed.ts';
import { SessionIds, type WorkspaceId } from '../../src/service/session-ids.ts';
import { SessionStarts } from '../../src/service/sessions/session-starts.ts';
import type { ServiceDatabase } from '../../src/service/tables.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';

const folder = join(packageRoot, 'sql', 'queries');
const library = '1.34.7';

test('both engines have the same queries, apart from how they say an hour ago', () => {
  const read = (engine: string, file: string) =>
    readFileSync(join(folder, engine, file), 'utf8').replace(
      /unix_timestamp\(now\(3\)\) \* 1000|\(julianday\('now'\) - 2440587\.5\) \* 86400000/g,
      'NOW',
    );
  const files = (engine: string) =>
    readdirSync(join(folder, engine), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  expect(files('mysql')).toEqual(files('sqlite'));
  expect(files('mysql')).toHaveLength(14);
  for (const file of files('mysql')) expect(read('mysql', file)).toBe(read('sqlite', file));
});

// The program of Debian 12 (3.40) takes the time of `unixepoch('subsec')` for null, so that nothing is newer than an hour, and says
// nothing.
test('the queries for SQLite are understood by the sqlite3 that people have', () => {
  const files = readdirSync(join(folder, 'sqlite'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.sql'))) {
    expect(readFileSync(join(folder, 'sqlite', file), 'utf8'), file).not.toContain('subsec');
  }
});

describe.each(engines)('the three hourly questions in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;

  beforeAll(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    await anHour(database, workspace);
  });
  afterAll(() => database.close());

  const ask = async (file: string) => {
    const text = readFileSync(join(folder, database.engine, file), 'utf8');
    const { rows } = await database.kysely.executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(text.replace(/;\s*$/, '')),
    );
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [
          key,
          value === null || ['library', 'build', 'outcome'].includes(key) ? value : Number(value),
        ]),
      ),
    );
  };

  test('linking: all of five succeeded on one build, one of two on the next; the old query finds none of them', async () => {
    const none = { succeeded: 0, failed: 0, given_up: 0, under_way: 0 };
    expect(await ask('link-success.sql')).toEqual([
      { ...none, library, build: '2.3000.1', begun: 5, succeeded: 5, success_percent: 100 },
      { ...none, library, build: '2.3000.2', begun: 3, succeeded: 1, failed: 1, under_way: 1, success_percent: 50 },
      { ...none, library, build: 'unknown', begun: 1, given_up: 1, success_percent: null },
    ]);
    expect(await ask('old/link-success.sql')).toEqual([{ success_percent: 0 }]);
  });

  test('violations: three were resolved, two were seen by people; the old query finds none', async () => {
    expect(await ask('constraint-violations.sql')).toMatchObject([
      { outcome: 'resolved', violations: 3 },
      { outcome: 'surfaced', violations: 2 },
    ]);
    expect(await ask('old/constraint-violations.sql')).toEqual([{ violations: 0 }]);
  });

  test('restoration: two of five succeeded, two sessions are not back; the old query says most are connected', async () => {
    expect(await ask('restoration-success.sql')).toEqual([
      {
        library,
        restorations: 7,
        succeeded: 2,
        failed: 3,
        stopped: 1,
        abandoned: 1,
        success_percent: 40,
        sessions: 5,
        sessions_not_back: 2,
      },
    ]);
    expect(await ask('old/restoration-success.sql')).toEqual([{ success_percent: 60 }]);
  });

  test('what the pages of alerts ask beside these is answered: who holds a number, what happened, why starts failed', async () => {
    expect((await ask('active-accounts.sql')).length).toBeGreaterThan(1);
    const transitions = await ask('newest-transitions.sql');
    expect(transitions.length).toBeGreaterThan(10);
    expect(Number(transitions[0]?.at)).toBeGreaterThanOrEqual(Number(transitions.at(-1)?.at));
    const failed = await ask('failed-starts.sql');
    expect(failed.reduce((sum, row) => sum + Number(row.failed), 0)).toBe(3);
    expect(await ask('instances.sql')).toEqual([]);
  });

  test('deliveries that wait are listed, the oldest first, without dead letters and without those of deleted webhooks', async () => {
    const { kysely } = database;
    expect(await ask('pending-deliveries.sql')).toEqual([]);
    const webhook = { workspace_id: workspace, url: 'https://example.org/', secret: '', created_at: 0 };
    await kysely
      .insertInto('webhooks')
      .values([
        { ...webhook, id: '1', deleted_at: null },
        { ...webhook, id: '2', deleted_at: 1 },
      ])
      .execute();
    const delivery = (id: number, webhook_id: string, state: 'pending' | 'dead', created_at: number) => {
      const tries = { attempts: id, next_attempt_at: 9, last_result: null };
      return { id: String(id), webhook_id, body: '', state, created_at, ...tries };
    };
    await kysely
      .insertInto('webhook_deliveries')
      .values([
        delivery(1, '1', 'pending', 20),
        delivery(2, '1', 'pending', 10),
        delivery(3, '1', 'dead', 0),
        delivery(4, '2', 'pending', 0),
      ])
      .execute();
    expect(await ask('pending-deliveries.sql')).toMatchObject([
      { webhook_id: 1, delivery_id: 2, attempts: 2, created_at: 10, next_attempt_at: 9 },
      { webhook_id: 1, delivery_id: 1, attempts: 1, created_at: 20 },
    ]);
  });
});

/**
 * One hour of the service, through its own code: six links that succeed, the last of them on a newer build, one that fails on that one, one
 * that is superseded before its page says a build, one that is being scanned; then restorations: one at once
 * after its instance died, one at the second try, one that fails, one that is lost for good, one that is stopped.
 */
async function anHour(database: ServiceDatabase, workspace: WorkspaceId): Promise<void> {
  const links = new Links(database, 'instance', () => {});
  const accounts = new Accounts(database, 'instance');
  const leases = new Leases(database, 'instance');
  const starts = new SessionStarts(database, wasRolledBack);
  const begin = async (phone: string | null) =>
    (await links.begin(SessionIds.create(workspace), { phone, library, libraryPin: null })).lease;
  const becomeReady = async (lease: Lease, phone: string) => {
    await accounts.authenticated(lease);
    await links.ready(lease, phone, library);
    await starts.ready(lease);
  };

  const linked: { lease: Lease; phone: string }[] = [];
  for (let i = 0; i < 6; i++) {
    const phone = `1555010000${i}`;
    const lease = await begin(phone);
    await starts.begin(lease, 'link-asked', library);
    await starts.runs(lease, i < 5 ? '2.3000.1' : '2.3000.2');
    await becomeReady(lease, phone);
    linked.push({ lease, phone });
  }
  const failed = await begin('15550100010');
  await starts.runs(failed, '2.3000.2');
  await accounts.fail(failed, 'authenticated-timeout');
  await begin('15550100011');
  await starts.runs(await begin('15550100011'), '2.3000.2');

  // Links and restorations of real sessions are never in the same millisecond.
  await sleep(10);
  // All but the last are released, as at a restart. Claims happen in one call.
  for (const { lease } of linked.slice(0, 5)) await leases.release(lease, 'instance-stopped');
  const claims = new Map((await leases.claim(10)).map(({ lease }) => [lease.ids.session, lease]));
  const [direct, second, failing, lost, stopped] = linked.slice(0, 5).map(({ lease, phone }) => {
    return { lease: claims.get(lease.ids.session) as Lease, phone };
  }) as [Restored, Restored, Restored, Restored, Restored];
  for (const { lease } of [direct, second, failing, lost, stopped])
    await starts.begin(lease, 'instance-stopped', library);
  // Its instance dies before it is ready, and another one takes it over.
  await database.kysely
    .updateTable('sessions')
    .set({ lease_expires_at: 1 })
    .where('id', '=', direct.lease.ids.session)
    .execute();
  for (const { lease } of await leases.claim(10)) {
    await starts.begin(lease, 'owner-lost', library);
    await becomeReady(lease, direct.phone);
  }
  await starts.failed(second.lease, 'browser-died');
  await starts.failed(failing.lease, 'page-hung');
  await accounts.fail(lost.lease, 'unlinked');
  await leases.release(stopped.lease, 'instance-stopped');
  await database.kysely
    .updateTable('sessions')
    .set({ next_start_at: 0 })
    .where('id', '=', second.lease.ids.session)
    .execute();
  for (const { lease } of await leases.claim(10)) {
    if (lease.ids.session !== second.lease.ids.session) continue;
    await starts.begin(lease, 'browser-died', library);
    await becomeReady(lease, second.phone);
  }
  for (const outcome of ['resolved', 'surfaced', 'resolved', 'surfaced', 'resolved'] as const) {
    await recordViolation(database, outcome);
  }
}

interface Restored {
  lease: Lease;
  phone: string;
}
