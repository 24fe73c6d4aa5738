import { activeStatuses } from '../../../src/contracts/service-states.ts';
import type { OnViolation } from '../../../src/service/accounts/constraint-violations.ts';
import { Links } from '../../../src/service/accounts/links.ts';
import { SessionIds, type WorkspaceId } from '../../../src/service/session-ids.ts';
import type { ServiceDatabase } from '../../../src/service/tables.ts';

export interface RoundsResult {
  links: number;
  /** Errors that a caller of `begin` saw, as text. */
  errors: string[];
  violations: { resolved: number; surfaced: number };
  /** Numbers that were not held by exactly one active account after their round. */
  wrongHolders: string[];
}

/** Lets `at once` callers link the same number at the same time, `rounds` times, with another number each. */
export async function linkRounds(
  database: ServiceDatabase,
  workspace: WorkspaceId,
  { rounds, atOnce }: { rounds: number; atOnce: number },
): Promise<RoundsResult> {
  const result: RoundsResult = { links: 0, errors: [], violations: { resolved: 0, surfaced: 0 }, wrongHolders: [] };
  const count: OnViolation = (outcome) => {
    result.violations[outcome]++;
  };
  const links = new Links(database, 'instance', count);
  for (let round = 0; round < rounds; round++) {
    const phone = `1555${String(round).padStart(7, '0')}`;
    const request = { phone, library: '1.34.7', libraryPin: null };
    const settled = await Promise.allSettled(
      Array.from({ length: atOnce }, () => links.begin(SessionIds.create(workspace), request)),
    );
    result.links += atOnce;
    for (const one of settled) if (one.status === 'rejected') result.errors.push(String(one.reason));
    const holders = await database.kysely
      .selectFrom('whatsapp_accounts')
      .select('id')
      .where('phone', '=', phone)
      .where('status', 'in', activeStatuses)
      .execute();
    if (holders.length !== 1) result.wrongHolders.push(`${phone}: ${holders.length}`);
  }
  return result;
}
