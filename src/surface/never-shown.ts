import type { Awaited } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import { behaviourSince } from './behaviour-history.ts';

/**
 * A wait of a linked page that does not end on this build, with the reason; null when nothing is known to prevent it. `certain` is false
 * for elements of which the data says nothing: it knows the search field.
 */
export function neverShown(
  awaited: Awaited,
  surface: Surface,
): { awaited: Awaited; why: string; certain: boolean } | null {
  if (awaited.kind !== 'selector') return null;
  const icon = /^\[data-icon=["']?([\w-]*search[\w-]*)["']?\]$/.exec(awaited.text)?.[1];
  const { searchIcon } = surface.behaviours;
  if (icon === searchIcon) return null;
  if (!icon) return { awaited, why: `The data does not say whether build ${surface.build} shows it.`, certain: false };
  const since = behaviourSince('searchIcon', surface.build);
  const dated = since ? ` since ${since}` : '';
  return {
    awaited,
    why: `The search field of build ${surface.build} has data-icon='${searchIcon}'${dated}.`,
    certain: true,
  };
}
