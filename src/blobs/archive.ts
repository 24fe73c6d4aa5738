import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';
import { makeFolder } from '../contracts/make-folder.ts';

/**
 * A gzipped tar of a folder.
 *
 * @param parts paths in the folder.
 * @param filter false for a path that is left out.
 */
export async function pack(
  folder: string,
  parts: readonly string[] = ['.'],
  filter: (path: string) => boolean = () => true,
): Promise<Buffer> {
  return buffer(
    create({ gzip: true, cwd: folder, portable: true, filter }, [...parts]) as unknown as AsyncIterable<Buffer>,
  );
}

/** Replaces a folder with a packed one: its files and folders; links in the archive are left out. */
export async function unpack(archive: Buffer, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  makeFolder(folder, 0o700);
  const filter = (_path: string, entry: object) => 'type' in entry && /^(File|Directory)$/.test(String(entry.type));
  await pipeline(Readable.from([archive]), extract({ cwd: folder, strict: true, filter }));
}
