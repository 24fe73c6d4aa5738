import { expect, test } from 'vitest';
import { Workspaces } from '../../../src/service/accounts/workspaces.ts';
import { workspaceId } from '../../../src/service/session-ids.ts';
import { newServiceDatabase } from '../../support/new-service-database.ts';
import { engines } from '../../support/service-databases.ts';

test.each(engines)('workspaces in %s are created, found and listed page by page', async (_, newAddress) => {
  const { database } = await newServiceDatabase(newAddress);
  const workspaces = new Workspaces(database);
  const created = [await workspaces.create('A'), await workspaces.create('B')];
  expect(created.map(({ name }) => name)).toEqual(['A', 'B']);
  for (const workspace of created) {
    expect(workspace.createdAt).toBeGreaterThan(0);
    expect(await workspaces.get(workspace.id)).toEqual(workspace);
  }
  await expect(workspaces.get(workspaceId('nowhere'))).rejects.toMatchObject({ code: 'workspace-unknown' });
  const all = await workspaces.list(10, null);
  expect(all.map(({ id }) => id)).toEqual([...created.map(({ id }) => id), 'workspace'].sort());
  expect(await workspaces.list(2, null)).toEqual(all.slice(0, 2));
  expect(await workspaces.list(2, all[1]?.id ?? null)).toEqual(all.slice(2));
  await database.close();
});
