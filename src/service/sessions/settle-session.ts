import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionEnd } from '../../session/session-state.ts';
import { isUnavailable } from '../../store/database/database-errors.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Lease } from '../leases/lease.ts';
import { LeaseLost, leaseMs } from '../leases/lease.ts';
import type { Leases } from '../leases/leases.ts';
import type { SessionIds } from '../session-ids.ts';
import type { Failed, SessionStarts } from './session-starts.ts';

const againMs = 500;

/** What was written at the end of a session; `fenced` when the lease was lost, so nothing was. */
export type Settled = { kind: 'failed'; outcome: Failed } | { kind: 'dead' | 'closed' | 'fenced' };

interface SettleParts {
  accounts: Accounts;
  leases: Leases;
  starts: SessionStarts;
  /** Called with an unexpected error: the lease then expires. */
  onTrouble(ids: SessionIds, error: unknown): void;
}

/** Writes the end of a hosted session, and retries for as long as its lease can last. Never rejects. */
export async function settleSession(
  lease: Lease,
  end: SessionEnd,
  { accounts, leases, starts, onTrouble }: SettleParts,
): Promise<Settled> {
  for (const until = performance.now() + leaseMs; performance.now() < until; await sleep(againMs)) {
    try {
      switch (end.kind) {
        case 'failed':
          return { kind: 'failed', outcome: await starts.failed(lease, end.cause) };
        case 'dead':
          await accounts.fail(lease, end.cause);
          return { kind: 'dead' };
        case 'closed':
          await leases.release(lease, end.cause);
          return { kind: 'closed' };
        case 'lost':
          return { kind: 'fenced' };
      }
    } catch (error) {
      if (error instanceof LeaseLost) return { kind: 'fenced' };
      if (isUnavailable(error)) continue;
      onTrouble(lease.ids, error);
      return { kind: 'fenced' };
    }
  }
  return { kind: 'fenced' };
}
