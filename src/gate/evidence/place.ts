import { chosenText, switchesText } from '../../contracts/switches.ts';
import type { Place } from '../../contracts/verdict.ts';

const placesNamed = 3;

/** The same for the same place; sorts by flow, then build. */
export function placeKey({ flow, build, browser, condition, switches, target }: Place): string {
  return [flow, build, browser, condition, switchesText(switches), target].join(' | ');
}

/** A place as people say it, without its flow and without what is the default. */
export function describePlace({ build, browser, condition, switches, target }: Place): string {
  const extra = [
    browser === 'current' ? '' : `browser ${browser}`,
    condition === 'none' ? '' : condition,
    chosenText(switches),
    target === 'replica' ? '' : target,
  ].filter(Boolean);
  return extra.length > 0 ? `${build} (${extra.join(', ')})` : build;
}

/** The first places in words, and how many more there are. */
export function listPlaces(cells: readonly { place: Place }[]): string {
  const named = cells.slice(0, placesNamed).map(({ place }) => describePlace(place));
  const more = cells.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
