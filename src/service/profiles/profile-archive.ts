import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { create, extract } from 'tar';

/** What of a Chromium profile holds the login of WhatsApp Web; caches and the like are made again. */
const parts = [join('Default', 'Local Storage'), join('Default', 'IndexedDB')];

/** A gzipped tar of the parts of a profile that hold the login. */
export async function packProfile(profile: string): Promise<Buffer> {
  const there = parts.filter((part) => existsSync(join(profile, part)));
  if (there.length === 0) throw new Error(`${profile} holds no login: neither ${parts.join(' nor ')}`);
  // The lock of a database belongs to the browser that has it open.
  const filter = (path: string) => !path.endsWith('/LOCK');
  return buffer(
    create({ gzip: true, cwd: profile, portable: true, filter }, there) as unknown as AsyncIterable<Buffer>,
  );
}

/** Puts a packed profile in place of whatever was there. */
export async function unpackProfile(archive: Buffer, profile: string): Promise<void> {
  await rm(profile, { recursive: true, force: true });
  await mkdir(profile, { recursive: true, mode: 0o700 });
  await pipeline(Readable.from([archive]), extract({ cwd: profile, strict: true }));
}
