import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { describe, expect, test } from 'vitest';
import { Links } from '../../src/service/accounts/links.ts';
import { SessionIds, workspaceId } from '../../src/service/session-ids.ts';
import type { ServiceTables } from '../../src/service/tables.ts';
import { openDatabaseToRead } from '../../src/store/database/open-database.ts';
import type { Bookkeeping } from '../../src/store/database/run-migrations.ts';
import { newServiceDatabase } from '../support/new-service-database.ts';
import { engines } from '../support/service-databases.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { cli } from './cli.ts';

test.each(engines)(
  'sessions that wait for a person are listed out of all workspaces of %s, the newest first',
  async (_, newAddress) => {
    const { database, address } = await newServiceDatabase(newAddress);
    const { kysely } = database;
    await kysely.insertInto('workspaces').values({ id: 'other', name: 'O', created_at: 0 }).execute();
    const links = new Links(database, 'instance', () => {});
    const ask = () => cli(['db', 'query', 'sessions-needing-attention', '--database', address]);
    expect(await ask()).toMatchObject({ exit: 0, stdout: 'none\n' });
    for (const [i, name] of ['workspace', 'other'].entries()) {
      const ids = SessionIds.create(workspaceId(name));
      await links.begin(ids, { phone: null, library: '1.34.7', libraryPin: null });
      const waits = { attention_code: 'ready-timeout', attention_at: Date.UTC(2026, 0, 1 + i) };
      await kysely.updateTable('sessions').set(waits).where('id', '=', ids.session).execute();
    }
    await database.close();
    const { exit, stdout } = await ask();
    expect(exit).toBe(0);
    const [, ...rows] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows.map(([workspace, , code, at]) => [workspace, code, at])).toEqual([
      ['other', 'ready-timeout', '2026-01-02T00:00:00.000Z'],
      ['workspace', 'ready-timeout', '2026-01-01T00:00:00.000Z'],
    ]);
  },
);

test.each(engines)(
  'a question changes nothing: not %s without a schema, with an older one or with a newer one',
  async (_, newAddress) => {
    const ask = (address: string) => cli(['db', 'query', 'instances', '--database', address]);
    const empty = await newAddress();
    if (empty.startsWith('sqlite:')) writeFileSync(empty.slice('sqlite:'.length), '');
    expect(await ask(empty)).toMatchObject({ exit: 3, stderr: expect.stringMatching(/no database of wwebjs-canary/) });
    const { database, address } = await newServiceDatabase(newAddress);
    const { kysely } = database as unknown as { kysely: Kysely<Bookkeeping> };
    const names = async () => (await kysely.selectFrom('migrations').select('name').execute()).map(({ name }) => name);
    const all = await names();
    const [last] = all.sort().slice(-1);
    await kysely
      .deleteFrom('migrations')
      .where('name', '=', last as string)
      .execute();
    expect(await ask(address)).toMatchObject({ exit: 4, stderr: expect.stringMatching(/older than this program/) });
    expect(await names()).toHaveLength(all.length - 1);
    const later = { name: '9999-later.sql', timestamp: '', ran_at: '' };
    await kysely
      .insertInto('migrations')
      .values([later, { ...later, name: last as string }])
      .execute();
    expect(await ask(address)).toMatchObject({ exit: 4, stderr: expect.stringMatching(/newer than this program/) });
    await kysely.deleteFrom('migrations').where('name', '=', later.name).execute();
    expect(await ask(address)).toMatchObject({ exit: 0 });
    const reading = await openDatabaseToRead<ServiceTables>(address);
    await expect(reading.kysely.deleteFrom('workspaces').execute()).rejects.toThrow(/read.?only/i);
    await reading.close();
    await database.close();
  },
);

test.each([
  ['exporter', 'named', ['exporter', '--port', '0']],
  ['watch', 'named', ['watch', '--port', '0', '--library', '1.34.7', '--build', '2.3000.1032534684']],
  ['restore', 'named', ['restore', '--all']],
  ['exporter', 'of this home', ['exporter', '--port', '0']],
  ['report history', 'of this home', ['report', 'history']],
  ['report diff', 'of this home', ['report', 'diff', 'previous', 'last']],
])('%s does not change a database of another program, %s', async (_, which, args) => {
  const home = temporaryFolder();
  const file = join(which === 'named' ? temporaryFolder() : home, 'store.sqlite');
  const foreign = new DatabaseSync(file);
  foreign.exec('create table notes (text text)');
  const { exit, stderr } = await cli([...args, ...(which === 'named' ? ['--database', `sqlite:${file}`] : [])], home);
  expect(stderr).toMatch(/no database of wwebjs-canary/);
  expect(exit).toBe(3);
  expect(foreign.prepare('select name from sqlite_schema').all()).toEqual([{ name: 'notes' }]);
  foreign.close();
});

describe('bad input is reported before any query', () => {
  test.each([
    ['an unknown question', ['everything'], /Allowed choices are active-accounts, /],
    [
      'a file that is not there',
      ['instances', '--database', `sqlite:${join(temporaryFolder(), 'none.sqlite')}`],
      /no such file/,
    ],
    ['the embedded store where there is none', ['instances'], /no such file; name the database of the service/],
  ])('%s', async (_, args, message) => {
    const { exit, stderr } = await cli(['db', 'query', ...args]);
    expect(stderr).toMatch(message);
    expect(exit).toBe(3);
  });
});
