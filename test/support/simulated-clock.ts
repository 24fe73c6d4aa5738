import { sql } from 'kysely';
import { Database } from '../../src/store/database/database.ts';

/** Where the clock of a simulation begins. */
export const simulationStart = Date.UTC(2026, 10, 1);

/** The same database with a clock of its own, which `advance` moves. */
export async function withClock<Tables>(database: Database<Tables>): Promise<Database<Tables>> {
  await sql`create table clock (at bigint not null)`.execute(database.kysely);
  await sql`insert into clock (at) values (${simulationStart})`.execute(database.kysely);
  return new Database(database.engine, database.kysely, database.name, [], sql<number>`(select clock.at from clock)`);
}

export async function advance<Tables>({ kysely }: Database<Tables>, ms: number): Promise<void> {
  await sql`update clock set at = at + ${ms}`.execute(kysely);
}
