import { createHash } from 'node:crypto';
import type { AccountId } from '../session-ids.ts';

/**
 * True when the candidate hosts the account at this percentage. Sticky: an account that has the candidate keeps it at every
 * higher percentage, and each rollout draws its own lot, so that not always the same accounts go first.
 */
export function isInRollout(rolloutId: string, account: AccountId, percent: number): boolean {
  const hash = createHash('sha256').update(`${rolloutId}:${account}`).digest();
  return (hash.readUInt32BE(0) / 2 ** 32) * 100 < percent;
}
