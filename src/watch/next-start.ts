/** When the next run starts. Times and durations in milliseconds. */
export interface NextStart {
  /** The period it belongs to: a whole multiple of the period's length since 1970. */
  dueAt: number;
  startAt: number;
  /** Periods before it that passed without a start. */
  missed: number;
}

/** Fraction of a period over which starts are spread, so that many schedules do not start in the same second. */
const jitterShare = 0.1;

/**
 * The next start of a schedule whose last started period is `lastDueAt` (null: none yet). The current period is caught up at
 * once if it was not started; periods before it are missed.
 *
 * @param jitter from 0 to 1 for the beginning of a period.
 */
export function nextStart(
  lastDueAt: number | null,
  everyMs: number,
  now: number,
  jitter: (dueAt: number) => number,
): NextStart {
  const spread = (dueAt: number) => dueAt + jitter(dueAt) * jitterShare * everyMs;
  const current = Math.floor(now / everyMs) * everyMs;
  if (lastDueAt === null) return { dueAt: current, startAt: now, missed: 0 };
  if (lastDueAt >= current) {
    const dueAt = current + everyMs;
    return { dueAt, startAt: spread(dueAt), missed: 0 };
  }
  const missed = Math.max(0, Math.ceil((current - lastDueAt) / everyMs) - 1);
  // Within the spread the start is due, not late: a standby or a restart must not lose the jitter.
  return { dueAt: current, startAt: Math.max(now, spread(current)), missed };
}

/** The starts of a schedule with a period, for `watch`. @param jitter as that of `nextStart` */
export function periodically(
  everyMs: number,
  now: () => number,
  jitter: (dueAt: number) => number,
): (schedule: { lastDueAt: number | null } | null) => NextStart {
  return (schedule) => nextStart(schedule?.lastDueAt ?? null, everyMs, now(), jitter);
}
