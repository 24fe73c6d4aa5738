import { type WorkspaceId, workspaceId } from '../../src/service/session-ids.ts';
import type { ServiceDatabase, ServiceTables } from '../../src/service/tables.ts';
import { openDatabase } from '../../src/store/database/open-database.ts';

/** A new database with one workspace in it. */
export async function newServiceDatabase(
  newAddress: () => Promise<string>,
  poolSize?: number,
): Promise<{ database: ServiceDatabase; address: string; workspace: WorkspaceId }> {
  const address = await newAddress();
  const database = await openDatabase<ServiceTables>(address, poolSize);
  await database.kysely.insertInto('workspaces').values({ id: 'workspace', name: 'W', created_at: 0 }).execute();
  return { database, address, workspace: workspaceId('workspace') };
}
