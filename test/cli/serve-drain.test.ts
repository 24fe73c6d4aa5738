import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { Links } from '../../src/service/accounts/links.ts';
import { OwnInstance } from '../../src/service/leases/instances.ts';
import { SessionIds, workspaceId } from '../../src/service/session-ids.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';
import { cli } from './cli.ts';

const [[, newAddress]] = engines as [(typeof engines)[0]];

test('serve drain moves the sessions of an instance, waits for them, and ends the drain again', async () => {
  const { database, address } = await newServiceDatabase(newAddress);
  const instance = new OwnInstance(database, 'one', '0123456789abcdef');
  await instance.started({ slots: 1, maxSessions: 3, address: null, sharesProfiles: false });
  const request = { phone: null, library: '1.34.7', libraryPin: null };
  await new Links(database, 'one', () => {}).begin(SessionIds.create(workspaceId('workspace')), request);
  const serve = (...args: string[]) => cli(['serve', ...args, '--database', address]);

  const listed = JSON.parse((await serve('instances')).stdout);
  expect(listed).toMatchObject([{ id: 'one', maxSessions: 3, sessions: 1, drainAskedAt: null }]);
  expect(await serve('drain', 'one', '--wait', '1s')).toMatchObject({ exit: 1, stderr: 'one still runs 1 session.\n' });
  expect(await instance.readDraining()).toBe(true);
  await database.kysely.updateTable('sessions').set({ lease_expires_at: 0 }).execute();
  const done = await serve('drain', 'one', '--wait', '9s');
  expect(done).toMatchObject({ exit: 0 });
  expect(done.stdout).toContain('one runs no session any more.');
  expect(await serve('drain', 'one', '--end')).toMatchObject({ exit: 0, stdout: 'one takes sessions again.\n' });
  expect(await instance.readDraining()).toBe(false);

  await database.kysely.updateTable('instances').set({ shared_profiles: null }).execute();
  expect(await serve('drain', 'one')).toMatchObject({ exit: 3, stderr: expect.stringContaining('SIGTERM') });
  await instance.stopped();
  expect(await serve('drain', 'one')).toMatchObject({ exit: 3, stderr: expect.stringContaining('no such instance') });
  expect(await serve('drain', 'one', '--end', '--wait', '1s')).toMatchObject({ exit: 3 });
  await database.close();
});

test('serve drain --here drains the instances of this machine and no other one', async () => {
  const { database, address } = await newServiceDatabase(newAddress);
  const serve = (...args: string[]) => cli(['serve', ...args, '--database', address]);
  const [first, second, elsewhere] = ['first', 'second', 'elsewhere'].map(
    (id) => new OwnInstance(database, id, '0123456789abcdef'),
  ) as [OwnInstance, OwnInstance, OwnInstance];
  for (const instance of [first, second, elsewhere])
    await instance.started({ slots: 1, maxSessions: 3, address: null, sharesProfiles: true });
  await database.kysely.updateTable('instances').set({ host: 'other' }).where('id', '=', 'elsewhere').execute();

  const drained = await serve('drain', '--here', '--wait', '9s');
  expect(drained).toMatchObject({ exit: 0, stderr: '' });
  expect(drained.stdout).toMatch(/first runs no session any more\.\nsecond runs no session any more\.\n$/);
  const draining = await Promise.all([first, second, elsewhere].map((instance) => instance.readDraining()));
  expect(draining).toEqual([true, true, false]);

  await Promise.all([first.stopped(), second.stopped()]);
  expect(await serve('drain', '--here')).toMatchObject({
    exit: 3,
    stderr: expect.stringContaining(`no instance runs on ${hostname()}`),
  });
  for (const wrong of [['drain'], ['drain', 'elsewhere', '--here']])
    expect(await serve(...wrong)).toMatchObject({ exit: 3, stderr: expect.stringContaining('--here') });
  await database.close();
});
