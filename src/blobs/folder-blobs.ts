import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../contracts/make-folder.ts';
import type { BlobStore } from './blob-store.ts';

/** Blobs in a folder, which may be on a network file system. */
export class FolderBlobs implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Writes aside, flushes, then renames: a blob is complete, even after a power cut, and on a full disk nothing is left. */
  async put(name: string, bytes: Buffer): Promise<void> {
    const file = join(this.#root, name);
    makeFolder(dirname(file), 0o700);
    const aside = `${file}.${randomUUID()}.part`;
    try {
      await writeFile(aside, bytes, { mode: 0o600, flush: true });
      await rename(aside, file);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  get(name: string): Promise<Buffer> {
    return readFile(join(this.#root, name));
  }

  async delete(name: string): Promise<void> {
    await rm(join(this.#root, name), { force: true });
  }
}
