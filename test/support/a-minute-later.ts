import { sql } from 'kysely';
import type { Database } from '../../src/store/database/database.ts';

const later = {
  mysql: sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed) + 60000`,
  sqlite: sql<number>`cast(unixepoch('subsec') * 1000 as integer) + 60000`,
};

/** The same database with its clock a minute ahead: nothing that is in it is too young to be counted. */
export function aMinuteLater<Tables>(database: Database<Tables>): Database<Tables> {
  return Object.create(database, { now: { value: later[database.engine] } });
}
