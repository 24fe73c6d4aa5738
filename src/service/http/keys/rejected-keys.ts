import type { KeyRejection } from '../../../contracts/service-states.ts';

/** Between two reports of the same reason, in milliseconds. */
const reportEveryMs = 10_000;

/** Rejected keys since the report before, for the log. */
export interface RejectedKeys {
  reason: KeyRejection;
  /** How many keys were rejected for this reason since the report before, this one included. */
  count: number;
  /** Where the last one came from. */
  address: string;
}

/** Reports the first rejected key of each reason at once, and then at most one in ten seconds with their number: guesses do not fill the log. */
export function sampleRejectedKeys(
  report: (rejected: RejectedKeys) => void,
): (reason: KeyRejection, address: string) => void {
  const since = new Map<KeyRejection, { reportedAt: number; count: number }>();
  return (reason, address) => {
    const before = since.get(reason) ?? { reportedAt: Number.NEGATIVE_INFINITY, count: 0 };
    const now = performance.now();
    const count = before.count + 1;
    const isDue = now - before.reportedAt >= reportEveryMs;
    since.set(reason, isDue ? { reportedAt: now, count: 0 } : { ...before, count });
    if (isDue) report({ reason, count, address });
  };
}
