import { type Kysely, sql } from 'kysely';
import type { ServiceTables } from '../service/tables.ts';
import { isDuplicate } from '../store/database/database-errors.ts';

type Connection = Kysely<ServiceTables>;

/** The number as the old table has it. */
export interface OldNumber {
  workspace: string;
  phone: string;
}

/**
 * The accounts table as it was when links failed in production, after the description of the incident (the original is not public): the key
 * that should keep active numbers apart names the status, so that it holds for dead rows too. Beside it a history that the
 * old code knows nothing of: without it the study could not count.
 */
export async function createOldAccounts(kysely: Connection): Promise<void> {
  await sql`create table old_accounts (
    id varchar(36) not null primary key, workspace_id varchar(36) not null, phone varchar(15) not null, status varchar(16) not null
  )`.execute(kysely);
  await sql`create unique index old_active_phone_workspace on old_accounts (workspace_id, phone, status)`.execute(
    kysely,
  );
  await sql`create table old_account_history (account_id varchar(36) not null, to_status varchar(16) not null)`.execute(
    kysely,
  );
}

/** A link as it was begun: a new row in `qr_scanning`, whatever is there. @throws the driver's error for a duplicate. */
export async function oldLink(kysely: Connection, id: string, { workspace, phone }: OldNumber): Promise<void> {
  await sql`insert into old_accounts (id, workspace_id, phone, status)
    values (${id}, ${workspace}, ${phone}, 'qr_scanning')`.execute(kysely);
}

/**
 * The repair that was made at the time: set the stuck row to inactive, then insert the new one.
 *
 * @throws the driver's error for a duplicate.
 */
export async function repairedLink(kysely: Connection, id: string, number: OldNumber): Promise<void> {
  await kysely.transaction().execute(async (tx) => {
    await sql`update old_accounts set status = 'inactive'
      where workspace_id = ${number.workspace} and phone = ${number.phone} and status = 'qr_scanning'`.execute(tx);
    await oldLink(tx, id, number);
  });
}

/** Runs a write of the old code. False when the database refused it as a duplicate, which the old code did not expect. */
export async function isTaken(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Moves a row on. @throws the driver's error for a duplicate. */
export async function setOldStatus(kysely: Connection, id: string, status: string): Promise<void> {
  await sql`update old_accounts set status = ${status} where id = ${id}`.execute(kysely);
  await sql`insert into old_account_history (account_id, to_status) values (${id}, ${status})`.execute(kysely);
}
