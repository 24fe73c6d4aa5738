import semver from 'semver';

/** What is known of one library on one build. */
export interface Judged {
  library: string;
  /** `works`: ready and probed. `fails`: not. `unsure`: neither is proven. */
  verdict: 'works' | 'fails' | 'unsure';
  /** `attempts`: it was run. `source`: its source was compared with the names of the build. */
  from: 'attempts' | 'source';
  why: string;
}

/**
 * The library of the list that works and is the fewest releases away from `current`: itself if it works, then newer before
 * older at the same distance. Null when none does.
 */
export function nearestVersion(current: string, judged: readonly Judged[]): Judged | null {
  const inOrder = byVersion(judged);
  const at = position(current, inOrder);
  const working = inOrder
    .map((entry, i) => ({ entry, distance: i - at }))
    .filter(({ entry }) => entry.verdict === 'works');
  working.sort((a, b) => Math.abs(a.distance) - Math.abs(b.distance) || b.distance - a.distance);
  return working[0]?.entry ?? null;
}

export function byVersion(judged: readonly Judged[]): Judged[] {
  return [...judged].sort((a, b) => semver.compareBuild(a.library, b.library));
}

/** Place of a version in the list; between two places when it is not in it. */
function position(current: string, inOrder: readonly Judged[]): number {
  const own = inOrder.findIndex(({ library }) => library === current);
  if (own >= 0) return own;
  return inOrder.filter(({ library }) => semver.compareBuild(library, current) < 0).length - 0.5;
}
