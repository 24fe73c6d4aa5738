import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from '../../contracts/make-folder.ts';
import { mediaMacLength, mediaPath, uploadLimit } from '../../contracts/replica-media.ts';

/** More is removed, the oldest first, as the real server removes media after some weeks. */
const mostBytes = 512 * 1024 * 1024;

/** What the page and the phones upload, as the media server of WhatsApp keeps it: bytes that it cannot read, by their hash. */
export class MediaStore {
  /** What an upload has to carry, besides the hash that it is for. */
  readonly auth = randomBytes(24).toString('base64url');
  /** Bytes of an upload that the server takes at most: those of a file, padded, with its MAC. */
  readonly limit = uploadLimit + 16 + mediaMacLength;
  private readonly byPath = new Map<string, Buffer>();
  private size = 0;
  private folder: string | undefined;

  /** Keeps what comes from now on in files of this folder, and finds what an earlier replica kept there. */
  keepIn(folder: string): void {
    makeFolder(folder, 0o700);
    this.folder = folder;
  }

  /**
   * Keeps bytes at the path that their hash gives them.
   *
   * @param hash SHA-256 of the bytes, base64.
   * @returns the path.
   */
  put(type: string, hash: string, bytes: Buffer): string {
    const path = mediaPath(type, hash);
    this.keep(path, bytes);
    if (this.folder) writeFileSync(this.fileOf(this.folder, path), bytes, { mode: 0o600 });
    return path;
  }

  get(path: string): Buffer | undefined {
    const kept = this.byPath.get(path);
    if (kept || !this.folder) return kept;
    const file = this.fileOf(this.folder, path);
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  /** Removes what the server no longer has. */
  remove(path: string): void {
    this.size -= this.byPath.get(path)?.length ?? 0;
    this.byPath.delete(path);
  }

  private keep(path: string, bytes: Buffer): void {
    this.remove(path);
    this.byPath.set(path, bytes);
    this.size += bytes.length;
    for (const oldest of this.byPath.keys()) {
      if (this.size <= mostBytes) return;
      this.remove(oldest);
    }
  }

  private fileOf(folder: string, path: string): string {
    return join(folder, basename(path));
  }
}
