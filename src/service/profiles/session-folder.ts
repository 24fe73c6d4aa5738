import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lease } from '../leases/lease.ts';
import type { SessionIds } from '../session-ids.ts';

/** Files by which a Chromium marks a profile as its own; a killed one leaves them behind, and the next one then refuses to start. */
const browserLocks = ['SingletonLock', 'SingletonCookie', 'SingletonSocket'];

/** Everything that a session keeps on this machine. */
export function sessionFolder(root: string, { workspace, session }: SessionIds): string {
  return join(root, workspace, session);
}

/** Where the library's LocalAuth keeps the profile, below the folder that it is given. */
export const profileFolder = (folder: string) => join(folder, 'profile', 'session');

/**
 * Removes the locks of a browser that is gone. Takes the lease because only its holder knows that no other browser has the
 * profile: the host of an earlier holder ended with its lease.
 */
export function removeBrowserLocks(_lease: Lease, folder: string): void {
  for (const name of browserLocks) rmSync(join(profileFolder(folder), name), { force: true });
}

/** Removes the profile of a session that can never come back. */
export function removeSessionFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
