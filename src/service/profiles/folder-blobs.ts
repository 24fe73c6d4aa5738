import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../contracts/make-folder.ts';
import type { BlobStore } from './blob-store.ts';

/** Blobs in a folder, which may be on a network file system. */
export class FolderBlobs implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Writes aside, flushes, then renames: a blob is complete, even after a power cut. */
  async put(name: string, bytes: Buffer): Promise<void> {
    const file = join(this.#root, name);
    makeFolder(dirname(file), 0o700);
    const aside = `${file}.part`;
    const handle = await open(aside, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  }

  get(name: string): Promise<Buffer> {
    return readFile(join(this.#root, name));
  }

  async delete(name: string): Promise<void> {
    await rm(join(this.#root, name), { force: true });
  }
}
