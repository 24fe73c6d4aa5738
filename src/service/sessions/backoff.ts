const firstMs = 5_000;
const longestMs = 300_000;

/** The breaker opens at this many failures within this time. */
export const breaker = { failures: 3, withinMs: 600_000 } as const;

/**
 * How long a session waits after its n-th failure in a row, in milliseconds: doubled each time, up to five minutes, and
 * spread by a fifth so that sessions that failed together do not come back together.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const plain = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(plain * (0.8 + 0.4 * random()));
}
