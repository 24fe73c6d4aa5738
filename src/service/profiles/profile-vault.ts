import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';
import { makeFolder } from '../../contracts/make-folder.ts';
import { type Lease, LeaseLost } from '../leases/lease.ts';
import { holdLease } from '../leases/lease-writes.ts';
import { seal, unseal } from '../seal.ts';
import type { SessionIds } from '../session-ids.ts';
import { sha256 } from '../sha256.ts';
import type { ServiceDatabase, SessionProfileRow } from '../tables.ts';
import type { BlobStore } from './blob-store.ts';
import { profileFolder } from './session-folder.ts';

/** The parts of a Chromium profile that hold the login of WhatsApp Web; Chromium rebuilds caches and the like. */
const parts = [join('Default', 'Local Storage'), join('Default', 'IndexedDB')];

/** The store holds the profile of a session but does not return it; a start without it would look like a lost login. */
export class ProfileUnavailable extends Error {
  override name = 'ProfileUnavailable';
}

/** Keeps profiles encrypted in a store that all machines reach, so that each machine can restore a session. */
export class ProfileVault {
  readonly #database: ServiceDatabase;
  readonly #blobs: BlobStore;
  readonly #keys: readonly Buffer[];

  /** @param keys at least one, of 32 bytes each: the first seals, each opens. */
  constructor(database: ServiceDatabase, blobs: BlobStore, keys: readonly Buffer[]) {
    this.#database = database;
    this.#blobs = blobs;
    this.#keys = keys;
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
      try {
        const archive = await this.#read(saved, session);
        await unpackProfile(archive, profileFolder(folder));
      } catch (error) {
        throw new ProfileUnavailable(`the profile of session ${session} cannot be fetched from the store`, {
          cause: error,
        });
      }
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
    const archive = await packProfile(profileFolder(folder));
    const row = {
      session_id: session,
      lease_token: lease.token,
      blob_name: `${session}/${lease.token}-${Date.now()}`,
      sha256: sha256(archive),
      bytes: archive.length,
    };
    await this.#blobs.put(row.blob_name, seal(this.#keys[0] as Buffer, archive, session));
    // When it is unknown whether the database took the row, the blob may be the saved one and stays.
    const discard = (error: unknown) => this.#discard(row.blob_name, error);
    await this.#read(row, session).catch(discard);
    const before = await this.#replace(lease, row).catch((error) => {
      if (error instanceof LeaseLost) return discard(error);
      throw error;
    });
    if (before) await this.#blobs.delete(before.blob_name);
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

  /** Removes a blob that did not become the saved profile: no row names it. */
  async #discard(name: string, error: unknown): Promise<never> {
    await this.#blobs.delete(name).catch(() => {});
    throw error;
  }

  /** Removes the saved profile of a session that will not start again. */
  async forget({ session }: SessionIds): Promise<void> {
    const saved = await this.#row(session);
    if (!saved) return;
    await this.#database.kysely.deleteFrom('session_profiles').where('session_id', '=', session).execute();
    await this.#blobs.delete(saved.blob_name);
  }

  #row(session: string): Promise<SessionProfileRow | undefined> {
    const { kysely } = this.#database;
    return kysely.selectFrom('session_profiles').selectAll().where('session_id', '=', session).executeTakeFirst();
  }

  async #read({ blob_name, sha256: expected }: Pick<SessionProfileRow, 'blob_name' | 'sha256'>, session: string) {
    const archive = unsealWithAny(this.#keys, await this.#blobs.get(blob_name), session);
    if (sha256(archive) !== expected) throw new Error(`${blob_name} is not what was saved`);
    return archive;
  }
}

/** @throws SealBroken when none of the keys opens it. */
function unsealWithAny(keys: readonly Buffer[], bytes: Buffer, owner: string): Buffer {
  const [key, ...others] = keys;
  try {
    return unseal(key as Buffer, bytes, owner);
  } catch (error) {
    if (others.length === 0) throw error;
    return unsealWithAny(others, bytes, owner);
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

/** A gzipped tar of the parts of a profile that hold the login. */
async function packProfile(profile: string): Promise<Buffer> {
  const there = parts.filter((part) => existsSync(join(profile, part)));
  if (there.length === 0) throw new Error(`${profile} holds no login: neither ${parts.join(' nor ')}`);
  // The lock file of a database belongs to the browser that has it open.
  const filter = (path: string) => !path.endsWith('/LOCK');
  return buffer(
    create({ gzip: true, cwd: profile, portable: true, filter }, there) as unknown as AsyncIterable<Buffer>,
  );
}

/** Replaces a profile with a packed one. */
async function unpackProfile(archive: Buffer, profile: string): Promise<void> {
  await rm(profile, { recursive: true, force: true });
  makeFolder(profile, 0o700);
  await pipeline(Readable.from([archive]), extract({ cwd: profile, strict: true }));
}
