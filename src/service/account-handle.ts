import { sha256 } from '../contracts/sha256.ts';
import type { AccountId } from './session-ids.ts';

/**
 * Names an account in the labels of metrics, where its id must not appear: the first 12 hexadecimal digits of the SHA-256 of the id. The id
 * is random, so only a reader who may see the account, and finds the same handle there, can match the two.
 */
export function accountHandle(account: AccountId): string {
  return sha256(account).slice(0, 12);
}
