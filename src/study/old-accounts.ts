import { type Kysely, sql } from 'kysely';
import type { ServiceTables } from '../service/tables.ts';
import { isDuplicate } from '../store/database/database-errors.ts';

type Connection = Kysely<ServiceTables>;

/** The number as the old table stores it. */
export interface OldNumber {
  workspace: string;
  phone: string;
}

/**
 * The accounts table at the time of the incident, from its description (the original is not public): the unique key for active
 * numbers includes the status, so that it applies to dead rows too. Beside it a history for the study to count, which the old
 * code does not use.
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

/** Starts a link as the old code did: a new row in `qr_scanning`, without a check. @throws the driver's error for a duplicate. */
export async function oldLink(kysely: Connection, id: string, { workspace, phone }: OldNumber): Promise<void> {
  await sql`insert into old_accounts (id, workspace_id, phone, status)
    values (${id}, ${workspace}, ${phone}, 'qr_scanning')`.execute(kysely);
}

/**
 * Starts a link with the repair of the time: sets the stuck row to inactive, then inserts the new one.
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

/** Runs a write of the old code. Returns false when the database refuses it as a duplicate, which the old code did not expect. */
export async function isTaken(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Changes the status of a row. @throws the driver's error for a duplicate. */
export async function setOldStatus(kysely: Connection, id: string, status: string): Promise<void> {
  await sql`update old_accounts set status = ${status} where id = ${id}`.execute(kysely);
  await sql`insert into old_account_history (account_id, to_status) values (${id}, ${status})`.execute(kysely);
}
