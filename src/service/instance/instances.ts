import { hostname } from 'node:os';
import type { ServiceDatabase } from '../tables.ts';

/** Writes `instances`: which instances run, and when each last wrote a heartbeat. */
export class Instances {
  readonly #database: ServiceDatabase;
  readonly #id: string;
  readonly #sealKey: string;

  /** @param sealKey the id of the key that the instance seals texts with. */
  constructor(database: ServiceDatabase, id: string, sealKey: string) {
    this.#database = database;
    this.#id = id;
    this.#sealKey = sealKey;
  }

  async started(slots: number): Promise<void> {
    const { kysely, now } = this.#database;
    const row = {
      id: this.#id,
      host: hostname(),
      pid: process.pid,
      slots,
      started_at: now,
      seen_at: now,
      stopped_at: null,
      seal_key: this.#sealKey,
    };
    await kysely.insertInto('instances').values(row).execute();
  }

  async seen(): Promise<void> {
    await this.#set({ seen_at: this.#database.now });
  }

  async stopped(): Promise<void> {
    await this.#set({ stopped_at: this.#database.now });
  }

  async #set(values: object): Promise<void> {
    await this.#database.kysely.updateTable('instances').set(values).where('id', '=', this.#id).execute();
  }
}
