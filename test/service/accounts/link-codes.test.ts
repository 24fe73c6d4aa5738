import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LinkCodes } from '../../../src/service/accounts/link-codes.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { Lease, LeaseLost } from '../../../src/service/leases/lease.ts';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

describe.each(engines)('codes of links in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;
  let codes: LinkCodes;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    codes = new LinkCodes(database);
  });
  afterEach(() => database.close());

  async function begin(): Promise<Lease> {
    const links = new Links(database, 'one', () => {});
    return (await links.begin(SessionIds.create(workspace), { phone: null, library: '1.34.7', libraryPin: null }))
      .lease;
  }

  test('the newest code of a session is shown, with its number', async () => {
    const [lease, other] = [await begin(), await begin()];
    expect(await codes.get(lease.ids.session)).toBeNull();
    await codes.put(other, 'pairing', 'ABCD-EFGH');
    await codes.put(lease, 'qr', 'first');
    expect(await codes.get(lease.ids.session)).toMatchObject({ kind: 'qr', code: 'first', number: 1 });
    await codes.put(lease, 'qr', 'second');
    const shown = await codes.get(lease.ids.session);
    expect(shown).toMatchObject({ kind: 'qr', code: 'second', number: 2 });
    expect(shown?.issuedAt).toBeGreaterThan(0);
    expect(await codes.get(other.ids.session)).toMatchObject({ kind: 'pairing', code: 'ABCD-EFGH', number: 1 });
  });

  test('only the owner of the session shows a code', async () => {
    const lease = await begin();
    await expect(codes.put(new Lease(lease.ids, 'other', 1), 'qr', 'code')).rejects.toBeInstanceOf(LeaseLost);
    expect(await codes.get(lease.ids.session)).toBeNull();
  });
});
