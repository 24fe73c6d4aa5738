import { claimDue } from '../../../src/service/claims/claim-due.ts';
import type { Database } from '../../../src/store/database/database.ts';

export interface WorkTables {
  work: { id: number; due_at: number; taken_by: string | null };
}

/** Takes at most `limit` rows of `work` for `owner`, the ones that are due longest first; fails at row `failsAt`. */
export function claimWork(
  database: Database<WorkTables>,
  owner: string,
  limit: number,
  failsAt?: number,
): Promise<number[]> {
  return claimDue(
    database,
    (kysely) =>
      kysely
        .selectFrom('work')
        .select('id')
        .where('taken_by', 'is', null)
        .where('due_at', '<=', database.now)
        .orderBy('due_at')
        .limit(limit),
    async (tx, { id }) => {
      await tx.updateTable('work').set({ taken_by: owner }).where('id', '=', id).execute();
      if (id === failsAt) throw new Error('the instance dies');
      return id;
    },
  );
}
