import { expect, test } from 'vitest';
import { Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { accountId, SessionIds, sessionId, workspaceId } from '../../../src/service/session-ids.ts';

const ids = SessionIds.of({ session: sessionId('s'), workspace: workspaceId('w'), account: accountId('a') });

test('an object with the fields of a lease is no lease', () => {
  const lease = new Lease(ids, 'one', 3);
  expect(Lease.is(lease)).toBe(true);
  expect(Lease.is({ ...lease })).toBe(false);
});

test('the error names the session and the token of the lost lease', () => {
  expect(String(new LeaseLost(new Lease(ids, 'one', 3)))).toBe(
    'LeaseLost: the lease of session s with token 3 is lost',
  );
});
