import type { Awaited } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import { behaviourSince } from './behaviour-history.ts';

/** A wait that cannot end on this build, with the reason; null when nothing is known to prevent it. */
export function neverShown(awaited: Awaited, surface: Surface): { awaited: Awaited; why: string } | null {
  const icon = /^\[data-icon=["']?([\w-]*search[\w-]*)["']?\]$/.exec(awaited.text)?.[1];
  const { searchIcon } = surface.behaviours;
  if (awaited.kind !== 'selector' || !icon || icon === searchIcon) return null;
  const since = behaviourSince('searchIcon', surface.build);
  const dated = since ? ` since ${since}` : '';
  return { awaited, why: `The search field of build ${surface.build} has data-icon='${searchIcon}'${dated}.` };
}
