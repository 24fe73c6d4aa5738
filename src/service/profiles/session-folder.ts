import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lease } from '../leases/lease.ts';
import type { SessionIds } from '../session-ids.ts';

/** Files that Chromium creates to lock a profile. A killed Chromium leaves them behind, and the next one refuses to start. */
const browserLocks = ['SingletonLock', 'SingletonCookie', 'SingletonSocket'];

/** The folder of everything that a session keeps on this machine. */
export function sessionFolder(root: string, { workspace, session }: SessionIds): string {
  return join(root, workspace, session);
}

/** Where the library's LocalAuth keeps the profile, below the folder of the session. */
export const profileFolder = (folder: string) => join(folder, 'profile', 'session');

/**
 * Removes the locks of a browser that has ended. Takes the lease because only its owner knows that no other browser uses the profile:
 * the host of the previous owner ended with its lease.
 */
export function removeBrowserLocks(_lease: Lease, folder: string): void {
  for (const name of browserLocks) rmSync(join(profileFolder(folder), name), { force: true });
}

/** Removes the profile of a session that cannot be restored. */
export function removeSessionFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
