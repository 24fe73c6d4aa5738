import { sql } from 'kysely';
import { isDuplicate } from '../../store/database/database-errors.ts';
import { Problem } from '../problems.ts';
import type { ServiceDatabase } from '../tables.ts';

export type ViolationOutcome = 'resolved' | 'surfaced';

/** Called once for each violation of `unique_active_phone_workspace` that the database raised; waited for where it is a promise. */
export type OnViolation = (outcome: ViolationOutcome) => void | Promise<void>;

/**
 * Runs a transaction that may collide with another account of the same number. The transaction itself clears away older
 * holders first, so running it once more after a violation is the clean-up and the retry.
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

/** Keeps a violation, which leaves no trace in the accounts. Never rejects: a link must not fail because it was counted. */
export async function recordViolation({ kysely, now }: ServiceDatabase, outcome: ViolationOutcome): Promise<void> {
  await sql`insert into constraint_violations (constraint_name, outcome, at)
    values ('unique_active_phone_workspace', ${outcome}, ${now})`
    .execute(kysely)
    .catch(() => {});
}
