import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { ServiceDatabase, ServiceTables } from '../service/tables.ts';
import { Database } from '../store/database/database.ts';
import { openDatabase } from '../store/database/open-database.ts';

/** The start of replays on the clock of their database: the month of the incident. */
const beginMs = Date.UTC(2025, 10, 1);

/**
 * The clock for leases and backoff of a replay. It moves only to what waits: a live instance
 * renews its leases in time, so other time does not matter.
 */
export interface ReplayClock {
  /** Moves to a time of the replay, in milliseconds since it began. Never back. */
  moveTo(at: number): Promise<void>;
  /** Moves to a time of the database, in milliseconds since 1970. Never back. */
  moveDatabaseTo(at: number): Promise<void>;
}

/** An empty database for one replay, removed when it is closed. */
export interface StudyDatabase {
  database: ServiceDatabase;
  clock: ReplayClock;
  /** The folder for profiles. */
  folder: string;
  close(): Promise<void>;
}

/**
 * @param server null for SQLite, else `mysql://user:password@host:port/name`: the study creates its databases beside the
 *   named one, which it does not touch.
 * @throws InputError for another address; TroubleError when the server refuses.
 */
export async function openStudyDatabase(server: string | null): Promise<StudyDatabase> {
  const place = server === null ? null : await beside(server);
  const folder = mkdtempSync(join(tmpdir(), 'wwebjs-canary-study-'));
  const remove = async () => {
    await place?.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const opened = await openDatabase<ServiceTables>(place?.address ?? `sqlite:${join(folder, 'study.sqlite')}`);
    const close = async () => {
      await opened.close();
      await remove();
    };
    return { ...(await withClock(opened)), folder, close };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function withClock({ engine, kysely, name, migrated }: ServiceDatabase) {
  await sql`create table study_clock (ms bigint not null)`.execute(kysely);
  await sql`insert into study_clock (ms) values (${beginMs})`.execute(kysely);
  const now = sql<number>`(select ms from study_clock)`;
  const moveDatabaseTo = async (at: number) => {
    await sql`update study_clock set ms = ${at} where ms < ${at}`.execute(kysely);
  };
  const clock: ReplayClock = { moveDatabaseTo, moveTo: (at) => moveDatabaseTo(beginMs + at) };
  return { database: new Database(engine, kysely, name, migrated, now), clock };
}

async function beside(server: string) {
  const url = parseServer(server);
  const name = `${url.pathname.slice(1)}_study_${randomBytes(4).toString('hex')}`;
  const quoted = `\`${name}\``;
  await run(server, `create database ${quoted} character set utf8mb4`);
  url.pathname = `/${name}`;
  return { address: url.href, remove: () => run(server, `drop database ${quoted}`) };
}

/** @throws InputError when the address is not one of a MySQL or MariaDB server. */
function parseServer(server: string): URL {
  if (/^mysql:\/\//.test(server) && URL.canParse(server)) {
    const url = new URL(server);
    if (/^\/\w{1,40}$/.test(url.pathname)) return url;
  }
  throw new InputError(
    '--database: it has to look like mysql://user:password@host:3306/name; without it the study uses SQLite files of its own',
  );
}

async function run(server: string, statement: string): Promise<void> {
  try {
    const connection = await createConnection({ uri: server, connectTimeout: 10_000 });
    await connection.query(statement).finally(() => connection.end());
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    throw new TroubleError(
      `--database: the study makes databases of its own on that server and removes them again: ${message || code}`,
      { cause: error },
    );
  }
}
