import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { CanaryAccounts } from '../../../src/service/accounts/canary-accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

describe.each(engines)('canary accounts in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let canaries: CanaryAccounts;
  let accounts: Accounts;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    canaries = new CanaryAccounts(database);
    accounts = new Accounts(database, 'one');
  });
  afterEach(() => database.close());

  async function connected(phone: string, of = workspace): Promise<SessionIds> {
    const links = new Links(database, 'one', () => {});
    const request = { phone: null, library: '1.34.7', libraryPin: null };
    const { lease } = await links.begin(SessionIds.create(of), request);
    await accounts.authenticated(lease);
    await links.ready(lease, phone, '1.34.7');
    return lease.ids;
  }

  test('the connected ones of each workspace probe each other in a ring', async () => {
    const phones = ['15550100001', '15550100002', '15550100003'];
    const ring: (SessionIds & { phone: string })[] = [];
    for (const phone of phones) ring.push(Object.assign(await connected(phone), { phone }));
    ring.sort((a, b) => (a.account < b.account ? -1 : 1));
    const elsewhere = [await connected('15550100001', workspaceId('other')), await connected('15550100009')];
    for (const ids of [...ring, elsewhere[0] as SessionIds]) await canaries.mark(ids, true);
    const pairs = await canaries.pairs();
    expect(pairs).toMatchObject(
      ring.map(({ session }, i) => {
        const next = ring[(i + 1) % ring.length] as (typeof ring)[0];
        return { sender: session, receiver: next.session, receiverPhone: next.phone };
      }),
    );
    for (const { receiverSince } of pairs) expect(receiverSince).toBeGreaterThan(0);
    await accounts.deactivate(ring[0] as SessionIds, 'logout-asked');
    const left = ring.slice(1).map(({ session }) => session);
    expect((await canaries.pairs()).map(({ sender }) => sender)).toEqual(left);
  });

  test('a mark is set once and taken away again, for one account', async () => {
    const [marked, other] = [await connected('15550100001'), await connected('15550100002')];
    for (const ids of [marked, other]) await canaries.mark(ids, true);
    await canaries.mark(marked, true);
    const isCanary = async ({ account }: SessionIds) => (await accounts.get(workspace, account)).canary;
    expect([await isCanary(marked), await isCanary(other)]).toEqual([true, true]);
    await canaries.mark(marked, false);
    await canaries.mark(marked, false);
    expect([await isCanary(marked), await isCanary(other)]).toEqual([false, true]);
    await expect(canaries.mark(SessionIds.create(workspace), true)).rejects.toThrow();
  });
});
