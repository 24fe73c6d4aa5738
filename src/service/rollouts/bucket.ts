import { createHash } from 'node:crypto';
import type { AccountId } from '../session-ids.ts';

/**
 * True when the candidate hosts the account at this percentage. An account that has the candidate keeps it at every higher percentage.
 * The order of accounts differs by rollout, so that the risk is not always with the same ones.
 */
export function isInRollout(rolloutId: string, account: AccountId, percent: number): boolean {
  const hash = createHash('sha256').update(`${rolloutId}:${account}`).digest();
  return (hash.readUInt32BE(0) / 2 ** 32) * 100 < percent;
}
