import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../store/database/database-errors.ts';
import { type Lease, LeaseLost } from './lease.ts';

/** How long a write waits before it is tried again while the database does not answer, in milliseconds. */
const againMs = 500;

/**
 * Writes until the database has taken it: what happened on the phone cannot be repeated.
 *
 * @param isOver true when the session has come to its end meanwhile, so that its lease will not be renewed.
 * @throws LeaseLost then, and what `work` throws where the database did answer.
 */
export async function writeUntilTaken<T>(lease: Lease, work: () => Promise<T>, isOver: () => boolean): Promise<T> {
  while (true) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (isOver()) throw new LeaseLost(lease);
      await sleep(againMs);
    }
  }
}
