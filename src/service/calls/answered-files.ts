import { randomUUID } from 'node:crypto';

export interface KeptFile {
  mimetype: string;
  filename: string | null;
  bytes: Buffer;
}

/** How long a file of an answer can be fetched, in milliseconds. */
const keepMs = 300_000;

/** How many bytes of files an instance keeps; the oldest go first. */
const mostBytes = 256 * 1024 * 1024;

/** Files of answers, in memory until they are fetched. */
export class AnsweredFiles {
  /** The oldest first. */
  readonly #files = new Map<string, KeptFile & { account: string }>();
  #bytes = 0;

  /** Keeps a file for the account that it belongs to; returns its id. */
  keep(account: string, file: KeptFile): string {
    const id = randomUUID();
    this.#files.set(id, { ...file, account });
    this.#bytes += file.bytes.length;
    setTimeout(() => this.#forget(id), keepMs).unref();
    for (const oldest of this.#files.keys()) {
      if (oldest === id || this.#bytes <= mostBytes) break;
      this.#forget(oldest);
    }
    return id;
  }

  /** The file, which is kept no longer; null when there is none for this account. */
  take(account: string, id: string): KeptFile | null {
    const file = this.#files.get(id);
    if (!file || file.account !== account) return null;
    this.#forget(id);
    return file;
  }

  #forget(id: string): void {
    this.#bytes -= this.#files.get(id)?.bytes.length ?? 0;
    this.#files.delete(id);
  }
}
