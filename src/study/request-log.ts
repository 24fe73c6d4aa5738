import { sql } from 'kysely';
import type { ServiceDatabase } from '../service/tables.ts';
import type { LinkIntent } from './behaviour.ts';

/** Why a request did not succeed; `replaced` when another request for the number came first, mostly of the same person. */
export type RequestNote = 'refused' | 'unscanned' | 'library' | 'restart' | 'replaced';

/** Records every request to link, with or without an account, beside the studied tables. */
export class RequestLog {
  readonly #database: ServiceDatabase;
  #last = 0;

  private constructor(database: ServiceDatabase) {
    this.#database = database;
  }

  static async start(database: ServiceDatabase): Promise<RequestLog> {
    await sql`create table study_requests (
      id integer not null primary key, intent integer not null, phone varchar(15) not null, account_id varchar(36), note varchar(16)
    )`.execute(database.kysely);
    return new RequestLog(database);
  }

  /** @param account null where the database refused the account. */
  async add({ index, phone }: LinkIntent, account: string | null): Promise<number> {
    const id = ++this.#last;
    await sql`insert into study_requests (id, intent, phone, account_id, note)
      values (${id}, ${index}, ${phone}, ${account}, ${account === null ? 'refused' : null})`.execute(
      this.#database.kysely,
    );
    return id;
  }

  async note(id: number, note: RequestNote): Promise<void> {
    await sql`update study_requests set note = ${note} where id = ${id}`.execute(this.#database.kysely);
  }
}
