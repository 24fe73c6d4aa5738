import type { KyselyPlugin } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AccountLists } from '../../../src/service/accounts/account-lists.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { linkSuccess } from '../../../src/service/accounts/link-success.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { LeaseLost } from '../../../src/service/leases/lease.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { Problem } from '../../../src/service/problems.ts';
import { wasRolledBack } from '../../../src/service/rollouts/release-failed.ts';
import { SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import { SessionStarts } from '../../../src/service/sessions/session-starts.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { Database } from '../../../src/store/database/database.ts';
import { newMysqlDatabase } from '../../support/mysql-server.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { linkRounds } from './link-rounds.ts';

const request = { phone: '15550100123', library: '1.34.7', libraryPin: null };
const unknownNumber = { ...request, phone: null };

describe.each(engines)('links in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let violations: string[];
  let links: Links;
  let accounts: Accounts;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    violations = [];
    links = new Links(database, 'instance', (outcome) => void violations.push(outcome));
    accounts = new Accounts(database, 'instance');
  });
  afterEach(() => database.close());

  test('a stuck link of the same number is superseded, again and again', async () => {
    const first = await links.begin(SessionIds.create(workspace), request);
    const second = await links.begin(SessionIds.create(workspace), request);
    const third = await links.begin(SessionIds.create(workspace), request);
    expect(first.superseded).toEqual([]);
    expect(second.superseded).toEqual([first.lease.ids]);
    expect(third.superseded).toEqual([second.lease.ids]);
    const rows = await new AccountLists(database).list(workspace, {}, { limit: 10 });
    expect(rows.filter((row) => row.status === 'inactive').map((row) => row.cause)).toEqual([
      'superseded',
      'superseded',
    ]);
    expect(rows.filter((row) => row.status === 'qr_scanning').map((row) => row.ids)).toEqual([third.lease.ids]);
  });

  test('the same number in another workspace is left alone', async () => {
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    await links.begin(SessionIds.create(workspace), request);
    expect((await links.begin(SessionIds.create(workspaceId('other')), request)).superseded).toEqual([]);
  });

  test('a link in a workspace that does not exist is refused', async () => {
    await expect(links.begin(SessionIds.create(workspaceId('nowhere')), request)).rejects.toMatchObject({
      code: 'workspace-unknown',
    });
  });

  test('a number that is known only at ready is taken from the older session, whose owner can write no more', async () => {
    const older = (await links.begin(SessionIds.create(workspace), request)).lease;
    await accounts.authenticated(older);
    await links.ready(older, request.phone, request.library);
    const newer = (await links.begin(SessionIds.create(workspace), unknownNumber)).lease;
    await accounts.authenticated(newer);
    expect((await links.ready(newer, request.phone, request.library)).superseded).toEqual([older.ids]);
    expect(await accounts.get(workspace, newer.ids.account)).toMatchObject({
      status: 'connected',
      phone: request.phone,
    });
    expect(await accounts.get(workspace, older.ids.account)).toMatchObject({ status: 'inactive', cause: 'superseded' });
    await expect(accounts.authenticated(older)).rejects.toBeInstanceOf(LeaseLost);
  });

  const connected = async (phone: string) => {
    const { lease } = await links.begin(SessionIds.create(workspace), unknownNumber);
    await accounts.authenticated(lease);
    await links.ready(lease, phone, request.library);
    return lease;
  };

  test('a phone with another number than was asked for is not linked, and the account of that number loses nothing', async () => {
    const scanned = await connected('15550100500');
    const { lease } = await links.begin(SessionIds.create(workspace), request);
    await accounts.authenticated(lease);
    expect(await links.ready(lease, '15550100500', request.library)).toEqual({ superseded: [], isOther: true });
    const { status, cause } = await accounts.get(workspace, lease.ids.account);
    expect([status, cause]).toEqual(['inactive', 'other-number']);
    expect(await accounts.get(workspace, scanned.ids.account)).toMatchObject({ status: 'connected' });
    const session = database.kysely.selectFrom('sessions').select(['wanted', 'unlinks_left', 'lease_owner']);
    expect(await session.where('id', '=', lease.ids.session).executeTakeFirst()).toEqual({
      wanted: 0,
      unlinks_left: 3,
      lease_owner: null,
    });
    await expect(accounts.authenticated(lease)).rejects.toBeInstanceOf(LeaseLost);
  });

  test('an account that is connected once follows its phone: the number that was asked for counts no more', async () => {
    const { lease } = await links.begin(SessionIds.create(workspace), { ...request, phone: '5531996883193' });
    await accounts.authenticated(lease);
    expect(await links.ready(lease, '553196883193', request.library)).toMatchObject({ isOther: false });
    expect(await accounts.get(workspace, lease.ids.account)).toMatchObject({ phone: '553196883193' });
    await new Leases(database, 'instance').release(lease, 'instance-stopped');
    const [claim] = await new Leases(database, 'instance').claim(1);
    if (!claim) throw new Error('nothing to take on');
    await accounts.authenticated(claim.lease);
    expect(await links.ready(claim.lease, '15550100500', request.library)).toMatchObject({ isOther: false });
  });

  test('of many sessions that become ready with one number at the same time one is connected', async () => {
    const begun = await Promise.all(
      Array.from({ length: 16 }, () => links.begin(SessionIds.create(workspace), unknownNumber)),
    );
    for (const { lease } of begun) await accounts.authenticated(lease);
    const ends = await Promise.allSettled(begun.map(({ lease }) => links.ready(lease, request.phone, request.library)));
    expect(ends.filter((end) => end.status === 'rejected')).toEqual([]);
    const rows = await new AccountLists(database).list(workspace, {}, { limit: 100 });
    expect(rows.filter((row) => row.status === 'connected')).toHaveLength(1);
    expect(rows.filter((row) => row.status === 'inactive')).toHaveLength(15);
    expect(violations).toEqual([]);
  });

  test('64 links of one number at the same time leave exactly one active account and no error', async () => {
    const result = await linkRounds(database, workspace, { rounds: 10, atOnce: 64 });
    expect(result).toEqual({ links: 640, errors: [], violations: { resolved: 0, surfaced: 0 }, wrongHolders: [] });
  });

  test('the success rate counts links that went on, and not links that are still going', async () => {
    const connected = (await links.begin(SessionIds.create(workspace), unknownNumber)).lease;
    await accounts.authenticated(connected);
    await links.ready(connected, '15550100001', request.library);
    await new Leases(database, 'instance').release(connected, 'instance-stopped');
    const failed = (await links.begin(SessionIds.create(workspace), unknownNumber)).lease;
    await accounts.fail(failed, 'link-timeout');
    await links.begin(SessionIds.create(workspace), unknownNumber);
    expect(await linkSuccess(database, 0)).toMatchObject([{ library: '1.34.7', ended: 2, connected: 1 }]);
  });

  test('a deleted account is shown no more and its number is forgotten, its history stays', async () => {
    const { ids } = (await links.begin(SessionIds.create(workspace), request)).lease;
    await accounts.delete(ids);
    await expect(accounts.get(workspace, ids.account)).rejects.toMatchObject({ code: 'account-unknown' });
    const history = await accounts.history(ids.account, 10, 0);
    expect(history.map((entry) => entry.to)).toEqual(['qr_scanning', 'inactive']);
    const numbers = await database.kysely.selectFrom('whatsapp_accounts').select(['phone', 'asked_phone']).execute();
    expect(numbers).toEqual([{ phone: null, asked_phone: null }]);
  });

  test.each(['superseded', 'logged out', 'deleted'] as const)(
    'the start of a session that is %s is over',
    async (how) => {
      const starts = new SessionStarts(database, wasRolledBack);
      const { lease } = await links.begin(SessionIds.create(workspace), request);
      await starts.begin(lease, 'link-asked', request.library);
      if (how === 'superseded') await links.begin(SessionIds.create(workspace), request);
      if (how === 'logged out') await accounts.deactivate(lease.ids, 'logout-asked');
      if (how === 'deleted') await accounts.delete(lease.ids);
      const [start] = await starts.list(lease.ids, 1, Number.MAX_SAFE_INTEGER);
      expect(start).toMatchObject({ outcome: 'stopped', endedAt: expect.any(Number) });
    },
  );

  test('a deletion that fails half-way leaves the account as it was', async () => {
    const { ids } = (await links.begin(SessionIds.create(workspace), request)).lease;
    const { kysely } = database;
    await kysely.schema.alterTable('whatsapp_accounts').renameColumn('deleted_at', 'gone').execute();
    await expect(accounts.delete(ids)).rejects.toThrow();
    await kysely.schema.alterTable('whatsapp_accounts').renameColumn('gone', 'deleted_at').execute();
    expect(await accounts.get(workspace, ids.account)).toMatchObject({ status: 'qr_scanning', phone: request.phone });
  });
});

describe('a violation that the database raises all the same', () => {
  /** Lets a writer without the lock take the number, each time right after it was found free. */
  async function contested(times: number) {
    const { database, address, workspace } = await newServiceDatabase(newMysqlDatabase);
    const plain = new Links(database, 'rogue', () => {});
    const thieves: string[] = [];
    for (let i = 0; i < times; i++)
      thieves.push((await plain.begin(SessionIds.create(workspace), unknownNumber)).lease.ids.account);
    const rogue = await createConnection(address);
    // With its checks on, the foreign key of the row waits for the lock of the workspace, which makes the theft impossible.
    await rogue.query('set foreign_key_checks = 0');
    const selects = new WeakSet<object>();
    const thief: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        const holders = node.kind === 'SelectQueryNode' && JSON.stringify(node.where ?? {}).includes(request.phone);
        if (holders) selects.add(queryId);
        return node;
      },
      async transformResult({ result, queryId }) {
        const id = selects.has(queryId) ? thieves.shift() : undefined;
        if (id) await rogue.query('update whatsapp_accounts set phone = ? where id = ?', [request.phone, id]);
        return result;
      },
    };
    const victim = new Database('mysql', database.kysely.withPlugin(thief), database.name, []);
    const violations: string[] = [];
    const end = await new Links(victim, 'instance', (outcome) => void violations.push(outcome))
      .begin(SessionIds.create(workspace), request)
      .then(
        ({ superseded }) => superseded.map((ids) => ids.account),
        (error: unknown) => error,
      );
    await database.close();
    await rogue.end();
    return { end, violations };
  }

  test('is cleaned up and retried once', async () => {
    const { end, violations } = await contested(1);
    expect(end).toHaveLength(1);
    expect(violations).toEqual(['resolved']);
  });

  test('the second time is a problem with a code, not an SQL error', async () => {
    const { end, violations } = await contested(2);
    expect(end).toBeInstanceOf(Problem);
    expect(end).toMatchObject({ code: 'number-contested', message: expect.not.stringMatching(/duplicate|sql|key/i) });
    expect(violations).toEqual(['surfaced']);
  });
});
