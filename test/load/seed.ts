import type { ServiceDatabase } from '../../src/service/tables.ts';

const batch = 500;

/** Puts accounts into a workspace, as if they had been linked and were connected and owned by an instance elsewhere. */
export async function seedAccounts(database: ServiceDatabase, workspace: string, count: number): Promise<string[]> {
  const { kysely } = database;
  await kysely.insertInto('workspaces').values({ id: workspace, name: 'Load', created_at: 0 }).execute();
  const ids = Array.from({ length: count }, (_, i) => `account-${String(i).padStart(6, '0')}`);
  for (let start = 0; start < count; start += batch) {
    const part = ids.slice(start, start + batch);
    const accounts = part.map((id, i) => ({
      id,
      workspace_id: workspace,
      session_id: `session-of-${id}`,
      phone: String(15560000000 + start + i),
      status: 'qr_scanning' as const,
      status_cause: 'link-asked',
      status_since: 0,
      library: '1.34.7',
      library_pin: null,
      instance_id: 'elsewhere',
      lease_token: 1,
      created_at: 0,
      deleted_at: null,
    }));
    await kysely.insertInto('whatsapp_accounts').values(accounts).execute();
    const hourMs = 3_600_000;
    const sessions = part.map((id) => ({
      id: `session-of-${id}`,
      account_id: id,
      workspace_id: workspace,
      lease_owner: 'elsewhere',
      lease_token: 1,
      lease_expires_at: Date.now() + hourMs,
      start_cause: 'link-asked',
    }));
    await kysely.insertInto('sessions').values(sessions).execute();
  }
  for (const status of ['authenticated', 'connected'] as const) {
    await kysely.updateTable('whatsapp_accounts').set({ status }).execute();
  }
  return ids;
}
