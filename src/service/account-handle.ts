import type { AccountId } from './session-ids.ts';
import { sha256 } from './sha256.ts';

/**
 * Names an account where its id must not be: in the labels of metrics. 12 hexadecimal digits of the SHA-256 of the id, which is
 * random, so that nobody gets from the handle to the account but whoever may read the account and finds the same handle there.
 */
export function accountHandle(account: AccountId): string {
  return sha256(account).slice(0, 12);
}
