import { execFile } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { openDatabase } from '../../../src/store/database/open-database.ts';
import { engines } from '../../support/service-databases.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

type Ran = { ran: string[] } | { refused: string };

async function runChild(file: string, ...args: string[]): Promise<Ran> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, file), ...args]);
    return { ran: JSON.parse(stdout) };
  } catch (error) {
    return { refused: (error as { stderr: string }).stderr };
  }
}

const ranBy = (children: Ran[]) => children.flatMap((child) => ('ran' in child ? child.ran : []));

describe.each(engines)('migrations on %s', (engine, newAddress) => {
  const all = join(packageRoot, 'sql', engine.toLowerCase());
  const names = readdirSync(all).sort();
  const released = (address: string, folder = all) => runChild('released-runner-child.ts', address, folder);
  const present = (address: string) => runChild('open-database-child.ts', address);

  /** The migrations without the newest `count`. */
  function olderFolder(count: number): string {
    const folder = temporaryFolder();
    for (const name of names.slice(0, names.length - count)) copyFileSync(join(all, name), join(folder, name));
    return folder;
  }

  test('a database that an older program migrated goes on with its rows and the times of its migrations', async () => {
    const address = await newAddress();
    expect(await released(address)).toEqual({ ran: names });
    const database = await openDatabase<{ workspaces: object; migrations: { timestamp: string; ran_at: string } }>(
      address,
    );
    expect(database.migrated).toEqual([]);
    await sql`insert into workspaces (id, name, created_at) values ('w', 'W', 0)`.execute(database.kysely);
    const times = await database.kysely.selectFrom('migrations').select(['timestamp', 'ran_at']).execute();
    await database.close();
    expect(times).toHaveLength(names.length);
    for (const { timestamp, ran_at } of times) {
      expect(timestamp).toBe(ran_at);
      expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
    const again = await openDatabase(address);
    expect(again.migrated).toEqual([]);
    const { rows } = await sql`select id, name from workspaces`.execute(again.kysely);
    await again.close();
    expect(rows).toEqual([{ id: 'w', name: 'W' }]);
  });

  test('older and present instances that start together run each migration once', async () => {
    const address = await newAddress();
    const starts = Array.from({ length: 3 }, () => [released(address), present(address)]);
    const children = await Promise.all(starts.flat());
    expect(children.filter((child) => 'refused' in child)).toEqual([]);
    expect(ranBy(children).sort()).toEqual(names);
  });

  test('older and present instances that start while the database is updated run each migration once, and the older ones start or say that it is newer', async () => {
    const address = await newAddress();
    const older = olderFolder(3);
    expect(await released(address, older)).toEqual({ ran: names.slice(0, -3) });
    const before = Array.from({ length: 3 }, () => released(address, older));
    const after = Array.from({ length: 3 }, () => present(address));
    expect(ranBy(await Promise.all(after)).sort()).toEqual(names.slice(-3));
    for (const child of await Promise.all(before)) {
      if ('refused' in child) expect(child.refused).toContain(`is newer than this program (it has ${names.at(-3)}`);
      else expect(child.ran).toEqual([]);
    }
    expect(await released(address, older)).toEqual({ refused: expect.stringContaining('is newer than this program') });
    expect(await released(address)).toEqual({ ran: [] });
  });

  test('a migration that an older program runs after the present one has started counts', async () => {
    const address = await newAddress();
    expect(await present(address)).toEqual({ ran: names });
    const more = olderFolder(0);
    writeFileSync(join(more, '9999-more.sql'), 'create table more (id integer not null primary key)');
    expect(await released(address, more)).toEqual({ ran: ['9999-more.sql'] });
    const newer = expect.stringContaining('is newer than this program (it has 9999-more.sql)');
    expect(await present(address)).toEqual({ refused: newer });
    expect(await released(address)).toEqual({ refused: newer });
    expect(await released(address, more)).toEqual({ ran: [] });
  });
});
