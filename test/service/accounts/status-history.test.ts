import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountStatuses } from '../../../src/contracts/service-states.ts';
import { Accounts } from '../../../src/service/accounts/accounts.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { statusHistory } from '../../../src/service/accounts/status-history.ts';
import { SessionIds, type WorkspaceId, workspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

const stepMs = 1_800_000;
const dayMs = 86_400_000;

describe.each(engines)('statuses over time in %s', (_, newAddress) => {
  let database: ServiceDatabase;
  let workspace: WorkspaceId;

  beforeEach(async () => {
    ({ database, workspace } = await newServiceDatabase(newAddress));
    await database.kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
  });
  afterEach(() => database.close());

  /** Accounts that went through several statuses, some deleted, at times of the last two days instead of all at once. */
  async function liveThrough(): Promise<void> {
    const { kysely } = database;
    const links = new Links(database, 'one', () => {});
    const accounts = new Accounts(database, 'one');
    for (let i = 0; i < 24; i++) {
      const ids = SessionIds.create(i % 4 === 0 ? workspaceId('other') : workspace);
      const { lease } = await links.begin(ids, { phone: null, library: '1.34.7', libraryPin: null });
      if (i % 6 >= 1) await accounts.authenticated(lease);
      if (i % 6 >= 2) await links.ready(lease, `1555010${2000 + i}`, '1.34.7');
      if (i % 6 === 3) await accounts.fail(lease, 'unlinked');
      if (i % 6 === 4) await accounts.deactivate(ids, 'logout-asked');
      if (i % 6 === 5) await accounts.delete(ids);
    }
    await sql`drop trigger account_history_no_update`.execute(kysely);
    const rows = await kysely.selectFrom('account_history').select(['seq', 'account_id', 'at']).execute();
    for (const [i, of] of [...Map.groupBy(rows, ({ account_id }) => account_id).values()].entries()) {
      for (const [place, { seq, at }] of of.toReversed().entries()) {
        // The last row of every fifth account stays where it is: a change of this minute.
        const back = place * 5 * 3_600_000 + (i % 5) * 7_300_000;
        await kysely
          .updateTable('account_history')
          .set({ at: at - back })
          .where('seq', '=', seq)
          .execute();
      }
    }
  }

  /** Forwards, account by account: the last change until then says the status. */
  async function countedAt(at: number, of: WorkspaceId | null) {
    const rows = await database.kysely.selectFrom('account_history').selectAll().orderBy('seq').execute();
    const seen = rows.filter((row) => row.at <= at && (of === null || row.workspace_id === of));
    const last = [...Map.groupBy(seen, ({ account_id }) => account_id).values()].map((its) => its.at(-1)?.to_status);
    return Object.fromEntries(accountStatuses.map((status) => [status, last.filter((it) => it === status).length]));
  }

  test.each([['one workspace'], ['all workspaces']])(
    'of %s are those of the history, account by account',
    async (which) => {
      await liveThrough();
      const of = which === 'one workspace' ? workspace : null;
      const points = await statusHistory(database, { steps: 48, stepMs, workspace: of });
      expect(points).toHaveLength(49);
      expect(new Set(points.map(({ accounts }) => JSON.stringify(accounts))).size).toBeGreaterThan(5);
      for (const { at, accounts } of points) {
        // A point is the state at the end of the millisecond before its time; the last one is the present state.
        expect([at, accounts]).toEqual([at, await countedAt(at === points.at(-1)?.at ? at : at - 1, of)]);
      }
      const [first, ...rest] = points.map(({ at }) => at) as [number, ...number[]];
      expect(rest.slice(0, -1).every((at, i) => at - first === (i + 1) * stepMs)).toBe(true);
      expect((rest.at(-1) as number) - first).toBeLessThanOrEqual(dayMs);
    },
  );

  test('of a service without accounts are zero', async () => {
    const points = await statusHistory(database, { steps: 2, stepMs, workspace });
    expect(points).toHaveLength(3);
    for (const { accounts } of points) expect(new Set(Object.values(accounts))).toEqual(new Set([0]));
  });
});
