import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pack, unpack } from '../../blobs/archive.ts';
import type { BlobStore } from '../../blobs/blob-store.ts';
import { sha256 } from '../../contracts/sha256.ts';
import { seal, unseal } from '../seal.ts';

/** The parts of a Chromium profile that hold the login of WhatsApp Web; Chromium rebuilds caches and the like. */
const parts = [join('Default', 'Local Storage'), join('Default', 'IndexedDB')];

/** A profile in the store, as a row names it. */
export interface SavedProfile {
  blob_name: string;
  /** Of the archive before it was encrypted. */
  sha256: string;
  /** Size of that archive. */
  bytes: number;
}

/** Profiles of browsers in a store, packed and encrypted. Which of them counts, a row says, which its caller writes. */
export class SealedProfiles {
  readonly #blobs: BlobStore;
  readonly #keys: readonly Buffer[];

  /** @param keys at least one, of 32 bytes each: the first seals, each opens. */
  constructor(blobs: BlobStore, keys: readonly Buffer[]) {
    this.#blobs = blobs;
    this.#keys = keys;
  }

  /**
   * Uploads a profile, reads it back and compares.
   *
   * @param owner only for the same one it can be opened again.
   * @throws the error of the store or of the profile; then the store has nothing under the name.
   */
  async put(name: string, owner: string, profile: string): Promise<SavedProfile> {
    return this.#put(name, owner, await packProfile(profile));
  }

  /**
   * Uploads a saved profile once more under another name, sealed with the first key.
   *
   * @throws SealBroken when none of the keys opens it, or the error of the store.
   */
  async sealAnew(
    saved: Pick<SavedProfile, 'blob_name' | 'sha256'>,
    owner: string,
    name: string,
  ): Promise<SavedProfile> {
    return this.#put(name, owner, await this.#read(saved, owner));
  }

  async #put(name: string, owner: string, archive: Buffer): Promise<SavedProfile> {
    const saved = { blob_name: name, sha256: sha256(archive), bytes: archive.length };
    await this.#blobs.put(name, seal(this.#keys[0] as Buffer, archive, owner));
    await this.#read(saved, owner).catch(async (error) => {
      await this.discard(name);
      throw error;
    });
    return saved;
  }

  /** Replaces the folder `profile` with a saved one. @throws SealBroken when none of the keys opens it, or the error of the store. */
  async get(saved: Pick<SavedProfile, 'blob_name' | 'sha256'>, owner: string, profile: string): Promise<void> {
    await unpack(await this.#read(saved, owner), profile);
  }

  async delete(name: string): Promise<void> {
    await this.#blobs.delete(name);
  }

  /** Removes what no row names, if the store lets it. */
  async discard(name: string): Promise<void> {
    await this.delete(name).catch(() => {});
  }

  async #read({ blob_name, sha256: expected }: Pick<SavedProfile, 'blob_name' | 'sha256'>, owner: string) {
    const archive = unsealWithAny(this.#keys, await this.#blobs.get(blob_name), owner);
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

/** A gzipped tar of the parts of a profile that hold the login. */
async function packProfile(profile: string): Promise<Buffer> {
  const there = parts.filter((part) => existsSync(join(profile, part)));
  if (there.length === 0) throw new Error(`${profile} holds no login: neither ${parts.join(' nor ')}`);
  // The lock file of a database belongs to the browser that has it open.
  const filter = (path: string) => !path.endsWith('/LOCK');
  return pack(profile, there, filter);
}
