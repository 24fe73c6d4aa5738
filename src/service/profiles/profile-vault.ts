import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '../../blobs/blob-store.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import { type Lease, LeaseLost } from '../leases/lease.ts';
import { holdLease } from '../leases/lease-writes.ts';
import type { SessionIds } from '../session-ids.ts';
import type { ServiceDatabase, SessionProfileRow } from '../tables.ts';
import { SealedProfiles } from './sealed-profiles.ts';
import { profileFolder } from './session-folder.ts';

/** The store holds the profile of a session but does not return it; a start without it would look like a lost login. */
export class ProfileUnavailable extends Error {
  override name = 'ProfileUnavailable';
}

/** Keeps profiles encrypted in a store that all machines reach, so that each machine can restore a session. */
export class ProfileVault {
  readonly #database: ServiceDatabase;
  readonly #profiles: SealedProfiles;

  /** @param keys at least one, of 32 bytes each: the first seals, each opens. */
  constructor(database: ServiceDatabase, blobs: BlobStore, keys: readonly Buffer[]) {
    this.#database = database;
    this.#profiles = new SealedProfiles(blobs, keys);
  }

  /**
   * Puts the newest profile into `folder`: the one of the store, unless this machine ran the session after that was saved.
   *
   * @throws ProfileUnavailable
   */
  async fetch(lease: Lease, folder: string): Promise<void> {
    const { session } = lease.ids;
    const saved = await this.#row(session);
    if (saved && saved.lease_token > lastTokenHere(folder)) {
      await this.#profiles.get(saved, session, profileFolder(folder)).catch((error) => {
        throw new ProfileUnavailable(`the profile of session ${session} cannot be fetched from the store`, {
          cause: error,
        });
      });
    }
    makeFolder(folder);
    writeFileSync(tokenFile(folder), String(lease.token));
  }

  /**
   * Uploads the profile in `folder`, reads it back and compares, and only then makes it the saved one.
   *
   * @throws LeaseLost, or the error of the store; the previous save stays.
   */
  async save(lease: Lease, folder: string): Promise<void> {
    const { session } = lease.ids;
    const name = `${session}/${lease.token}-${Date.now()}`;
    const saved = await this.#profiles.put(name, session, profileFolder(folder));
    const before = await this.#replace(lease, { session_id: session, lease_token: lease.token, ...saved }).catch(
      async (error) => {
        // When it is unknown whether the database took the row, the blob may be the saved one and stays.
        if (error instanceof LeaseLost) await this.#profiles.discard(name);
        throw error;
      },
    );
    if (before) await this.#profiles.delete(before.blob_name);
  }

  /** Makes a profile the saved one; returns the previous one. */
  #replace(lease: Lease, row: Omit<SessionProfileRow, 'saved_at'>): Promise<SessionProfileRow | undefined> {
    const { session } = lease.ids;
    return this.#database.transaction(async (tx) => {
      await holdLease(this.#database, tx, lease);
      const old = await tx
        .selectFrom('session_profiles')
        .selectAll()
        .where('session_id', '=', session)
        .executeTakeFirst();
      await tx.deleteFrom('session_profiles').where('session_id', '=', session).execute();
      await tx
        .insertInto('session_profiles')
        .values({ ...row, saved_at: this.#database.now })
        .execute();
      return old;
    });
  }

  /** Removes the saved profile of a session that will not start again. */
  async forget({ session }: SessionIds): Promise<void> {
    const saved = await this.#row(session);
    if (!saved) return;
    await this.#database.kysely.deleteFrom('session_profiles').where('session_id', '=', session).execute();
    await this.#profiles.delete(saved.blob_name);
  }

  #row(session: string): Promise<SessionProfileRow | undefined> {
    const { kysely } = this.#database;
    return kysely.selectFrom('session_profiles').selectAll().where('session_id', '=', session).executeTakeFirst();
  }
}

const tokenFile = (folder: string) => join(folder, 'lease-token');

/** The lease token under which this machine last ran the session; 0 when it never did. */
function lastTokenHere(folder: string): number {
  try {
    return Number(readFileSync(tokenFile(folder), 'utf8')) || 0;
  } catch {
    return 0;
  }
}
