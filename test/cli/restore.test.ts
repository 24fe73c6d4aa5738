import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Links } from '../../src/service/accounts/links.ts';
import { Leases } from '../../src/service/leases/leases.ts';
import { SessionIds, workspaceId } from '../../src/service/session-ids.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

test('sessions that wait are started by filters, and then the rest', async () => {
  const [[, newAddress]] = engines as [(typeof engines)[0]];
  const { database, address } = await newServiceDatabase(newAddress);
  const links = new Links(database, 'one', () => {});
  const leases = new Leases(database, 'one');
  for (const cause of ['page-load-failed', 'host-died'] as const) {
    const ids = SessionIds.create(workspaceId('workspace'));
    const { lease } = await links.begin(ids, { phone: null, library: '1.34.7', libraryPin: null });
    await leases.release(lease, cause);
  }
  await database.kysely.updateTable('sessions').set({ next_start_at: Number.MAX_SAFE_INTEGER }).execute();
  const restore = (...options: string[]) => cli(['restore', '--all', ...options, '--database', address]);
  const filters = ['--workspace', 'workspace', '--library', '1.34.7', '--code', 'host-died', '--waits-for', 'backoff'];
  expect(await restore(...filters)).toMatchObject({ exit: 0, stdout: '1 session may start now.\n' });
  expect(await restore()).toMatchObject({ exit: 0, stdout: '1 session may start now.\n' });
  expect(await leases.claim(100)).toMatchObject([{ cause: 'restore-asked' }, { cause: 'restore-asked' }]);
  const unknown = await restore('--workspace', 'none');
  expect(unknown).toMatchObject({
    exit: 3,
    stderr: expect.stringMatching(/--workspace none: there is no such workspace/),
  });
  await database.close();
});

test.each([
  ['without --all', [], /takes --all/],
  ['a code that there is not', ['--all', '--code', 'broken'], /such as start-timeout/],
  ['the embedded store where there is none', ['--all'], /there is no such file; name the database of the service/],
  [
    'a file that is not there',
    ['--all', '--database', `sqlite:${join(temporaryFolder(), 'none.sqlite')}`],
    /there is no such file/,
  ],
])('%s is refused', async (_, args, message) => {
  const { exit, stderr } = await cli(['restore', ...args]);
  expect(stderr).toMatch(message);
  expect(exit).toBe(3);
});
