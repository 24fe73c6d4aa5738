import { sql } from 'kysely';
import type { JudgedAttempt } from '../../contracts/judged-attempt.ts';
import type { ServiceDatabase } from '../tables.ts';
import { trafficCell } from './attempt-of-start.ts';

/** More need not be read: a single one blocks. */
const most = 100;

/**
 * Violations of a constraint since `since` (milliseconds since 1970) for which a request was refused, as findings of the candidate. The
 * version that hosted the account is not known: a violation stops the rollout in any case.
 */
export async function surfacedViolations(
  { kysely }: ServiceDatabase,
  candidate: string,
  since: number,
): Promise<JudgedAttempt[]> {
  const { rows } = await sql<{ id: number; at: number }>`select id, at from constraint_violations
    where outcome = 'surfaced' and at >= ${since} order by at limit ${most}`.execute(kysely);
  return rows.map(({ id, at }) => ({
    id: `violation-${id}`,
    cell: trafficCell(candidate, 'link'),
    startedAt: new Date(at).toISOString(),
    outcome: 'failed',
    phase: null,
    code: 'constraint-violation',
    blame: 'harness',
    readyMs: null,
  }));
}
