import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { TroubleError } from '../../src/contracts/input-error.ts';
import { openStore } from '../../src/store/open-store.ts';
import { exampleFinding } from '../fixtures/example-finding.ts';
import { exampleCell, exampleRun, passedAttempt } from '../fixtures/example-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

async function troubleOf(file: string): Promise<string> {
  const error = await openStore(file).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TroubleError);
  return (error as TroubleError).message;
}

test('a new store is made with its folder, in WAL mode', async () => {
  const file = join(temporaryFolder(), 'deep', 'store.sqlite');
  const store = await openStore(file);
  expect(store.migrated).toContain('0001-runs-and-attempts.sql');
  await store.close();
  const mode = new DatabaseSync(file).prepare('pragma journal_mode').get();
  expect(mode).toEqual({ journal_mode: 'wal' });
});

test('no other user of the machine can read a new store', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  const store = await openStore(file);
  const modes = ['', '-wal', '-shm'].map((suffix) => (statSync(`${file}${suffix}`).mode & 0o777).toString(8));
  expect(modes).toEqual(['600', '600', '600']);
  await store.close();
});

test('a second start runs no migration', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  await (await openStore(file)).close();
  const store = await openStore(file);
  expect(store.migrated).toEqual([]);
  await store.close();
});

test('a store that is up to date opens while another process writes', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  await (await openStore(file)).close();
  const writer = new DatabaseSync(file);
  writer.exec('begin immediate');
  const store = await openStore(file);
  expect(await store.runs.last()).toBeNull();
  await store.close();
  writer.close();
});

test('when several processes start together each migration runs once', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  const child = join(import.meta.dirname, 'open-store-child.ts');
  const starts = Array.from({ length: 5 }, () => promisify(execFile)(process.execPath, [child, file]));
  const ran = (await Promise.all(starts)).flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
  expect(ran).toEqual([...new Set(ran)]);
  expect(ran).toContain('0001-runs-and-attempts.sql');
});

test('a store of a newer program is refused with what to do', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  await (await openStore(file)).close();
  const database = new DatabaseSync(file);
  database.exec("insert into migrations (name, timestamp) values ('9999-of-the-future.sql', '2030-01-01')");
  database.close();
  expect(await troubleOf(file)).toMatch(
    /its schema is newer than this program \(it has 9999-of-the-future\.sql\); update/,
  );
});

test('a file that is no database is refused and left as it is', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  writeFileSync(file, 'these are my notes, not a database '.repeat(100));
  expect(await troubleOf(file)).toMatch(/is not an SQLite database; move it away/);
});

test('a damaged database is refused', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  await (await openStore(file)).close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 100, 4096);
  writeFileSync(file, bytes);
  expect(await troubleOf(file)).toMatch(/damaged/);
});

test('a path below a file is refused by name', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  expect(await troubleOf(join(folder, 'file', 'store.sqlite'))).toMatch(/the folder .* cannot be made \(E\w+\)/);
});

test('a folder in the place of the file is refused by name', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  mkdirSync(file);
  expect(await troubleOf(file)).toMatch(/cannot be opened or created/);
});

test('unexpected cells of a store of before there were scopes are those of the command that found them, and its builds those of the site', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  const folder = join(import.meta.dirname, '../../sql/sqlite');
  const old = new DatabaseSync(file);
  old.exec("create table migrations (name text not null primary key, ran_at text not null default '') strict");
  for (const name of readdirSync(folder).filter((each) => each < '0013')) {
    old.exec(readFileSync(join(folder, name), 'utf8'));
    old.prepare('insert into migrations (name, ran_at) values (?, ?)').run(name, exampleRun.startedAt);
  }
  old.exec("insert into nights (id, record, spent_ms) values ('night-1', '{}', 0)");
  old.exec(
    "insert into surprises (cell, since, run_id, seen) values ('a', 1, 'run-1', 'failed'), ('b', 2, 'night-1', 'failed')",
  );
  const { unread: _, ...finding } = exampleFinding();
  old
    .prepare("insert into live_builds (build, seen_at, step, finding) values (?, 1, 'found', ?)")
    .run(finding.build, JSON.stringify(finding));
  old.close();
  const store = await openStore(file);
  expect([await store.surprises.lasting(), await store.nightSurprises.lasting()]).toEqual([['a'], ['b']]);
  expect(await store.liveBuilds.newest(9)).toMatchObject([{ build: finding.build, finding: { unread: [] } }]);
  expect(await store.savedBuilds.newest(9)).toEqual([]);
  await store.close();
});

test('attempts of a store of before there were switches have the defaults, and the number of a removed one is not given again', async () => {
  const file = join(temporaryFolder(), 'store.sqlite');
  const folder = join(import.meta.dirname, '../../sql/sqlite');
  const before = readdirSync(folder).filter((name) => name < '0010');
  const old = new DatabaseSync(file);
  old.exec("create table migrations (name text not null primary key, ran_at text not null default '') strict");
  for (const name of before) {
    old.exec(readFileSync(join(folder, name), 'utf8'));
    old.prepare('insert into migrations (name, ran_at) values (?, ?)').run(name, exampleRun.startedAt);
  }
  const { machine, seed, startedAt } = exampleRun;
  old
    .prepare('insert into runs (id, started_at, seed, machine) values (?, ?, ?, ?)')
    .run('r', startedAt, seed, JSON.stringify(machine));
  const { switches: _, ...axes } = exampleCell();
  const columns = [...Object.keys(axes), 'id', 'run_id', 'started_at', 'outcome', 'duration_ms', 'phases', 'record'];
  const insert = old.prepare(
    `insert into attempts (${columns.map((name) => `"${name}"`).join()}) values (${columns.map(() => '?').join()})`,
  );
  const attempts = [passedAttempt(), passedAttempt(), passedAttempt()];
  for (const attempt of attempts) {
    const { id, durationMs, phases } = attempt;
    insert.run(
      ...Object.values(axes),
      id,
      'r',
      startedAt,
      'passed',
      durationMs,
      JSON.stringify(phases),
      JSON.stringify(attempt),
    );
  }
  old.exec('delete from attempts where seq = 3');
  old.exec(
    `insert into removed_attempts values ('1.34.7', 'b', 'current', 'f', 'none', 'replica', 'passed', '', 4, 1, '${startedAt}')`,
  );
  old.close();
  const store = await openStore(file);
  expect(store.migrated.at(0)).toBe('0010-switches.sql');
  await store.attempts.add('r', exampleCell({ switches: { a: '1' } }), passedAttempt());
  const read = await Array.fromAsync(store.attempts.read({ runId: 'r' }));
  expect(read.map(({ seq, cell }) => [seq, cell])).toEqual([
    [1, exampleCell()],
    [2, exampleCell()],
    [4, exampleCell({ switches: { a: '1' } })],
  ]);
  expect(read[0]?.attempt).toEqual(attempts[0]);
  expect(await Array.fromAsync(store.attempts.read(exampleCell()))).toHaveLength(2);
  expect((await store.retained.removedAttempts()).map(({ cell, attempts: number }) => [cell.switches, number])).toEqual(
    [[{}, 4]],
  );
  await store.close();
});
