import { expect, test } from 'vitest';
import { Host } from '../../../src/host/host.ts';
import { Lease, leaseMs } from '../../../src/service/leases/lease.ts';
import { LeaseKeeper } from '../../../src/service/leases/lease-keeper.ts';
import { Leases } from '../../../src/service/leases/leases.ts';
import { accountId, SessionIds, sessionId, workspaceId } from '../../../src/service/session-ids.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const ids = SessionIds.of({ session: sessionId('s'), workspace: workspaceId('w'), account: accountId('a') });

async function newKeeper() {
  const [, newAddress] = engines[0] as (typeof engines)[0];
  const { database } = await newServiceDatabase(newAddress);
  return { database, keeper: new LeaseKeeper(new Leases(database, 'one')) };
}

test('a lease that was not renewed in time is given up without asking the database', async () => {
  const { database, keeper } = await newKeeper();
  await database.close();
  const lost: string[] = [];
  const on = { onLost: (reason: string) => void lost.push(reason), onRenewed: () => {} };
  keeper.keep(new Lease(ids, 'one', 1), performance.now(), on);
  keeper.giveUpExpired();
  expect(lost).toEqual([]);
  keeper.keep(new Lease(ids, 'one', 2), performance.now() - leaseMs, on);
  keeper.giveUpExpired();
  keeper.giveUpExpired();
  expect(lost).toEqual(['expired']);
});

test('a lease that the database does not know is taken', async () => {
  const { database, keeper } = await newKeeper();
  const lost: string[] = [];
  keeper.keep(new Lease(ids, 'one', 1), performance.now(), {
    onLost: (reason) => void lost.push(reason),
    onRenewed: () => {},
  });
  await keeper.renew();
  expect(lost).toEqual(['taken']);
  await database.close();
});

test('a host whose parent gives it no more time ends by itself', async () => {
  const host = new Host({ folder: temporaryFolder(), env: {}, onSeen: () => {} });
  await host.calls.liveFor(100_000);
  await host.calls.liveFor(200);
  const began = performance.now();
  expect(await host.exited).toMatchObject({ signal: 'SIGKILL' });
  expect(performance.now() - began).toBeLessThan(5_000);
});
