/** Between two reports of the same kind, in milliseconds. */
const reportEveryMs = 10_000;
/** Kinds that have a count of their own; beyond that, all begin anew. */
const mostKinds = 500;

/**
 * Reports the first of each kind at once, and then at most one in ten seconds with their number: what happens often does not fill the log.
 *
 * @param report called with the last one, and how many of its kind there were since the report before, this one included.
 */
export function sampled<Kind extends string, What>(
  report: (what: What, count: number, kind: Kind) => void,
): (kind: Kind, what: What) => void {
  const since = new Map<Kind, { reportedAt: number; count: number }>();
  return (kind, what) => {
    const before = since.get(kind) ?? { reportedAt: Number.NEGATIVE_INFINITY, count: 0 };
    const now = performance.now();
    const count = before.count + 1;
    const isDue = now - before.reportedAt >= reportEveryMs;
    if (since.size >= mostKinds) since.clear();
    since.set(kind, isDue ? { reportedAt: now, count: 0 } : { ...before, count });
    if (isDue) report(what, count, kind);
  };
}
