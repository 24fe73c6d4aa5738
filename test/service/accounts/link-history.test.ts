import { describe, expect, test } from 'vitest';
import type { AccountStatus } from '../../../src/contracts/service-states.ts';
import { linkHistory } from '../../../src/service/accounts/link-history.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const hourMs = 3_600_000;
let accounts = 0;

/** The history of one account, entry by entry, as the database would have written it at another time. */
async function link(
  { kysely }: ServiceDatabase,
  library: string,
  begunAt: number,
  steps: readonly (readonly [AccountStatus, string])[],
): Promise<void> {
  accounts += 1;
  const id = `account-${accounts}`;
  const row = { workspace_id: 'workspace', library, instance_id: 'i', lease_token: 1 };
  const account = { ...row, id, session_id: id, phone: null, library_pin: null, created_at: 0, deleted_at: null };
  await kysely
    .insertInto('whatsapp_accounts')
    .values({ ...account, status: 'qr_scanning', status_cause: 'link-asked', status_since: 0 })
    .execute();
  const all = [['qr_scanning', 'link-asked'] as const, ...steps];
  await kysely
    .insertInto('account_history')
    .values(
      all.map(([to_status, cause], i) => ({
        ...row,
        account_id: id,
        from_status: all[i - 1]?.[0] ?? 'none',
        to_status,
        cause,
        duration_ms: 0,
        at: begunAt + i,
      })),
    )
    .execute();
}

describe.each(engines)('links over time in %s', (_, newAddress) => {
  test('count where they were begun; an account that failed later was linked; a code without a scan counts nowhere', async () => {
    const { database } = await newServiceDatabase(newAddress);
    const start = Date.parse('2026-11-20T06:00:00.000Z');
    const [first, , third] = [0, 1, 2].map((n) => start + n * hourMs) as [number, number, number];
    const scanned = ['authenticated', 'scanned'] as const;
    const connected = ['connected', 'ready'] as const;
    await link(database, '1.34.7', first, [scanned, connected]);
    await link(database, '1.34.7', first + hourMs - 5, [scanned, connected, ['failed', 'unlinked']]);
    await link(database, '1.34.7', first, [scanned, ['failed', 'ready-timeout']]);
    await link(database, '1.34.7', first, [['failed', 'link-timeout']]);
    await link(database, '1.34.7', first, [['inactive', 'superseded']]);
    await link(database, '1.25.0', third, [scanned, ['failed', 'ready-timeout']]);
    await link(database, '1.25.0', start - 1, [scanned, connected]);

    const series = await linkHistory(database, [first, start + hourMs, third], hourMs);
    expect(series.map(({ library }) => library)).toEqual(['1.34.7', '1.25.0']);
    expect(series[0]?.points).toEqual([expect.objectContaining({ passed: 2, failed: 1 }), null, null]);
    expect(series[1]?.points).toEqual([null, null, expect.objectContaining({ passed: 0, failed: 1, rate: 0 })]);
    await database.close();
  });
});
