import semver from 'semver';
import type { Prediction } from '../contracts/prediction.ts';
import type { Surface } from '../contracts/surface.ts';
import { checkSurface } from './check-surface.ts';
import type { LibraryIndex } from './library-index.ts';
import { predict } from './predict.ts';

/** The verdict on one library on one build. */
export interface JudgedVersion {
  library: string;
  /** `works`: every flow that was tried passes. `fails`: one never does. `unsure`: neither is proven. */
  verdict: 'works' | 'fails' | 'unsure';
  /** `attempts`: it was run. `source`: its source was compared with the names of the build. */
  from: 'attempts' | 'source';
  why: string;
  /** What the source predicts, with how sure that is, its dates and what it rests on; null where nothing was predicted. */
  prediction: Prediction | null;
}

/**
 * The working library that is the fewest releases away from `current`: itself if it works, then newer before older at the same
 * distance. Null when none works.
 */
export function nearestVersion(current: string, judged: readonly JudgedVersion[]): JudgedVersion | null {
  const inOrder = byVersion(judged);
  const at = position(current, inOrder);
  const working = inOrder
    .map((entry, i) => ({ entry, distance: i - at }))
    .filter(({ entry }) => entry.verdict === 'works');
  working.sort((a, b) => Math.abs(a.distance) - Math.abs(b.distance) || b.distance - a.distance);
  return working[0]?.entry ?? null;
}

export function byVersion(judged: readonly JudgedVersion[]): JudgedVersion[] {
  return [...judged].sort((a, b) => semver.compareBuild(a.library, b.library));
}

/** Position of a version in the list; between two positions when the list lacks it. */
function position(current: string, inOrder: readonly JudgedVersion[]): number {
  const own = inOrder.findIndex(({ library }) => library === current);
  if (own >= 0) return own;
  return inOrder.filter(({ library }) => semver.compareBuild(library, current) < 0).length - 0.5;
}

/**
 * Judges a library on a build by its source alone. For a build outside of the known range, and where what stops it may have changed, the
 * verdict is `unsure`.
 */
export function judgeSource(library: string, index: LibraryIndex, surface: Surface): JudgedVersion {
  const { stops, missing } = checkSurface(index, surface);
  const prediction = predict(index, surface);
  const judged = (verdict: JudgedVersion['verdict'], why: string): JudgedVersion => ({
    library,
    verdict,
    from: 'source',
    why,
    prediction,
  });
  const reason = missing.find((entry) => entry.stops === stops && entry.certain);
  const doubt = missing.find((entry) => entry.stops !== 'methods');
  const lacking = missing.length === 0 ? '' : `; ${missing.length} names are missing that only methods use`;
  const offered = `everything needed up to ready is offered${lacking}`;
  const what = stops === 'probe' ? 'ready, but' : `no ${stops}:`;
  const failure = reason ? `${what} ${reason.name} is missing (${reason.file}:${reason.line})` : null;
  if (surface.extrapolated) {
    const nearest = surface.extrapolated === 'newer' ? surface.known.to : surface.known.from;
    return judged('unsure', `nothing is known of this build; on ${nearest}: ${failure ?? offered}`);
  }
  if (failure) return judged(prediction.failsAnyway ? 'fails' : 'unsure', failure);
  return doubt ? judged('unsure', `perhaps no ${doubt.stops}: ${doubt.name} is missing`) : judged('works', offered);
}
