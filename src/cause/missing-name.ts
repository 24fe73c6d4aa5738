import type { Need, PagePlace } from '../contracts/needs.ts';
import type { Blame } from '../contracts/outcome.ts';
import type { Surface } from '../contracts/surface.ts';
import { lastOffered, nameHistory } from '../replica/builds/name-history.ts';
import { historySentence, offerSentence } from '../surface/name-sentences.ts';
import { presenceOf } from '../surface/page-names.ts';
import { unknownModule } from './error-shape.ts';

/** The name behind a need that was not met. */
export interface ExplainedName {
  place: PagePlace;
  /** What is missing, as a clause: `build 2.3000.1032534684 has no Call in WAWebCollections`. */
  clause: string;
  evidence: string[];
  /** Null when nothing is known of the name's history. */
  blame: Blame | null;
}

/**
 * Finds out which name it is that the page did not have.
 * @param surface null on the live site, where only the history of names helps
 * @param consoleLines what the page's loader complained about
 */
export function missingName(need: Need, surface: Surface | null, consoleLines: readonly string[]): ExplainedName {
  const unknown = new Set(consoleLines.map(unknownModule));
  const place = chooseName(need.places, surface, unknown);
  const ownModule = { ...place, export: null, members: [] };
  const moduleIsMissing = unknown.has(place.name) || (surface && presenceOf(surface, ownModule, true) === 'absent');
  const missing = moduleIsMissing ? ownModule : place;
  return {
    place: missing,
    clause: clauseOf(missing, surface),
    evidence: [...historySentence(missing, surface), ...offerSentence(missing, surface)],
    blame: blameOf(missing, surface),
  };
}

/** Of several modules merged into one object, the one that had the name on some build, or that the page did not know. */
function chooseName(
  places: readonly PagePlace[],
  surface: Surface | null,
  unknown: ReadonlySet<string | null>,
): PagePlace {
  const [first] = places;
  if (places.length > 1) {
    const had = places.find((place) => place.export !== null && nameHistory(place.name, place.export).length > 0);
    const lost = places.find((place) => unknown.has(place.name) || (surface && !surface.modules[place.name]));
    if (had ?? lost) return (had ?? lost) as PagePlace;
  }
  return first as PagePlace;
}

function clauseOf(place: PagePlace, surface: Surface | null): string {
  const build = surface ? `build ${surface.build}` : 'this page';
  const members = [...(place.export === null ? [] : [place.export]), ...place.members].join('.');
  if (place.by === 'raid') {
    const module = `module that moduleRaid finds as "${place.name}"`;
    return members === '' || members === place.name
      ? `${build} has no ${module}`
      : `${build} has no ${members} in the ${module}`;
  }
  const presence = surface && place.members.length === 0 ? presenceOf(surface, place, true) : 'unknown';
  if (presence === 'late')
    return `${place.name} was not loaded: ${build} keeps it in a bundle that is loaded on demand`;
  const name = members === '' ? `no module ${place.name}` : `no ${members} in ${place.name}`;
  if (presence === 'present') return `the page had ${name}, although ${build} is known to offer it`;
  return presence === 'absent' ? `${build} has ${name}` : `the page had ${name}`;
}

function blameOf(place: PagePlace, surface: Surface | null): Blame | null {
  if (place.by === 'raid') return surface?.face === 'comet' ? 'web-build' : null;
  if (place.members.length > 0) return null;
  const name = place.export ?? undefined;
  if (surface) return lastOffered(place.name, name, surface.build) === null ? 'library' : 'web-build';
  return nameHistory(place.name, name).length > 0 ? 'web-build' : null;
}
