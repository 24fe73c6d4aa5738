import { randomBytes } from 'node:crypto';
import type { LivePool } from './live-starts.ts';
import { NotAllowedYet } from './not-allowed-yet.ts';
import { blobName } from './profile-folder.ts';

/** How long one profile may take, in milliseconds. */
const leaseMs = 10 * 60_000;

/**
 * Seals all numbers and profiles with the first key, each profile under the lease of its account. It starts no account, and can be run again
 * after it was cut off.
 *
 * @returns the accounts that were in use, whose profiles keep their key.
 * @throws InputError for a number that none of the keys opens, before anything is changed; SealBroken for such a profile.
 */
export async function sealAnew({ accounts, profiles }: LivePool): Promise<{ sealed: string[]; inUse: string[] }> {
  const owner = `seal-${process.pid}-${randomBytes(4).toString('hex')}`;
  await accounts.sealAnew();
  const sealed: string[] = [];
  const inUse: string[] = [];
  for (const { name } of await accounts.list()) {
    const leases = await accounts.leases.take([name], owner, leaseMs, null).catch((error) => {
      if (error instanceof NotAllowedYet) return [];
      throw error;
    });
    const [lease] = leases;
    if (lease === undefined) {
      inUse.push(name);
      continue;
    }
    try {
      const saved = await profiles.sealAnew(lease.profile, name, blobName(name, lease.token));
      await profiles.discard(await accounts.leases.keepProfile(lease, saved, null));
      sealed.push(name);
    } finally {
      await accounts.leases.release(lease);
    }
  }
  return { sealed, inUse };
}
