import { sql } from 'kysely';
import type { ViolationOutcome } from '../../contracts/service-states.ts';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { ServiceDatabase } from '../tables.ts';

/** Called once for each violation of `unique_active_phone_workspace` that the database raises; a promise is awaited. */
export type OnViolation = (outcome: ViolationOutcome) => void | Promise<void>;

/**
 * Runs a transaction that may collide with another account of the same number. The transaction begins by deactivating older holders,
 * so a second run after a violation cleans up and retries.
 *
 * @throws Problem `number-contested` when it collides a second time.
 */
export async function resolveCollision<T>(transaction: () => Promise<T>, onViolation: OnViolation): Promise<T> {
  try {
    return await transaction();
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
  try {
    const result = await transaction();
    await onViolation('resolved');
    return result;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    await onViolation('surfaced');
    throw new Problem('number-contested', undefined, { cause: error });
  }
}

/** Records a violation, which leaves no trace in the accounts. Never rejects: a link must not fail because of its statistics. */
export async function recordViolation({ kysely, now }: ServiceDatabase, outcome: ViolationOutcome): Promise<void> {
  await sql`insert into constraint_violations (constraint_name, outcome, at)
    values ('unique_active_phone_workspace', ${outcome}, ${now})`
    .execute(kysely)
    .catch(() => {});
}
