import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountSorts, activeStatuses, sortOrders } from '../../../src/contracts/service-states.ts';
import {
  type AccountFilter,
  AccountLists,
  type AccountsPage,
  accountPosition,
} from '../../../src/service/accounts/account-lists.ts';
import type { Account } from '../../../src/service/accounts/account-rows.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const versions = ['1.34.7', '1.34.6'];
const numberOf = (i: number) => `1555010${2000 + i}`;

describe.each(engines)('lists of accounts in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let lists: AccountLists;
  let all: Account[];

  /** Accounts in every status, with and without number and attention; one whose lease has run out, which nothing has written down. */
  beforeAll(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    lists = new AccountLists(database);
    const links = new Links(database, 'one', () => {});
    const accounts = new Accounts(database, 'one');
    const begin = async (of: WorkspaceId, i: number) => {
      const request = { phone: i % 3 === 0 ? null : numberOf(i), library: versions[i % 2] as string };
      return (await links.begin(SessionIds.create(of), { ...request, libraryPin: null })).lease;
    };
    for (let i = 0; i < 15; i++) {
      const lease = await begin(workspace, i);
      const { ids } = lease;
      if (i % 5 >= 1) await accounts.authenticated(lease);
      if (i % 5 >= 2) await links.ready(lease, numberOf(i), versions[i % 2] as string);
      if (i % 5 === 3) await accounts.fail(lease, 'unlinked');
      if (i % 5 === 4 && i > 4) await accounts.deactivate(ids, 'logout-asked');
      const needsHelp = { attention_code: i % 2 ? 'page-hung' : 'proxy-refused', attention_at: 1 };
      if (i < 8) await database.kysely.updateTable('sessions').set(needsHelp).where('id', '=', ids.session).execute();
      if (i === 4)
        await database.kysely
          .updateTable('sessions')
          .set({ lease_expires_at: 5_000 })
          .where('id', '=', ids.session)
          .execute();
    }
    await accounts.delete((await begin(workspace, 15)).ids);
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    await begin(workspaceId('other'), 1);
    all = await lists.list(workspace, {}, { limit: 200 });
  });
  afterAll(() => database.close());

  const filters: [string, AccountFilter, (account: Account) => boolean][] = [
    ['everything', {}, () => true],
    ['a status', { statuses: ['connected'] }, ({ status }) => status === 'connected'],
    ['two statuses', { statuses: ['disconnected', 'failed'] }, ({ status }) => /^(disc|failed)/.test(status)],
    ['what needs attention', { attention: 'any' }, ({ attention }) => attention !== null],
    ['what needs none', { attention: 'none' }, ({ attention }) => attention === null],
    ['a code', { attention: 'page-hung' }, ({ attention }) => attention === 'page-hung'],
    ['digits of a number', { phone: '0102' }, ({ phone }) => phone?.includes('0102') ?? false],
    ['a version', { library: '1.34.6' }, ({ library }) => library === '1.34.6'],
    [
      'several things',
      { statuses: activeStatuses, attention: 'any', library: '1.34.7' },
      ({ status, attention, library }) =>
        activeStatuses.some((active) => active === status) && attention !== null && library === '1.34.7',
    ],
  ];

  test('have every account of the workspace that is not deleted, with the status that it has by now', () => {
    expect(all).toHaveLength(15);
    expect(new Set(all.map(({ status }) => status)).size).toBe(6);
    expect(all.filter(({ cause }) => cause === 'owner-lost')).toMatchObject([{ status: 'disconnected', since: 5_000 }]);
    for (const { status, attention } of all) if (attention !== null) expect(activeStatuses).toContain(status);
  });

  test.each(filters)(
    'of %s have exactly the accounts that match, and their counts are those of the lists',
    async (_, filter, matches) => {
      const expected = all.filter(matches);
      expect(expected.length).toBeGreaterThan(0);
      expect(await lists.list(workspace, filter, { limit: 200 })).toEqual(expected);
      const counts = await lists.count(workspace, filter);
      expect(counts.accounts).toBe(expected.length);
      for (const [status, accounts] of Object.entries(counts.statuses))
        expect([status, accounts]).toEqual([status, expected.filter((account) => account.status === status).length]);
      const count = (key: 'attention' | 'library') =>
        Object.fromEntries(
          [...Map.groupBy(expected, (account) => account[key])].map(([value, of]) => [value, of.length]),
        );
      const { null: _none = 0, ...attention } = count('attention');
      expect(Object.fromEntries(counts.attention.map(({ code, accounts }) => [code, accounts]))).toEqual(attention);
      expect(Object.fromEntries(counts.libraries.map(({ library, accounts }) => [library, accounts]))).toEqual(
        count('library'),
      );
    },
  );

  test.each(accountSorts.flatMap((sort) => sortOrders.map((order) => [sort, order] as const)))(
    'by %s, %s, are the same page by page as in one piece',
    async (sort, order) => {
      const whole = await lists.list(workspace, {}, { sort, order, limit: 200 });
      const direction = order === 'ascending' ? 1 : -1;
      const keyOf = (account: Account) => (sort === 'id' ? account.ids.account : (account[sort] ?? ''));
      const compare = (one: Account, other: Account) => {
        const [a, b] = [keyOf(one), keyOf(other)];
        if (a !== b) return a < b ? -direction : direction;
        return one.ids.account < other.ids.account ? -direction : direction;
      };
      expect(whole.map(({ ids }) => ids.account)).toEqual(all.toSorted(compare).map(({ ids }) => ids.account));
      const paged: Account[] = [];
      for (let after: string | null = null; ; ) {
        const page: AccountsPage = { sort, order, limit: 4, after };
        const some: Account[] = await lists.list(workspace, {}, page);
        paged.push(...some);
        if (some.length < 4) break;
        after = accountPosition(some.at(-1) as Account, sort);
      }
      expect(paged).toEqual(whole);
    },
  );

  test('refuse the position of another sort', async () => {
    const position = accountPosition(all[0] as Account, 'id');
    await expect(lists.list(workspace, {}, { sort: 'since', limit: 4, after: position })).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});
