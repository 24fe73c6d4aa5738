import type { PageSurface } from './surface.ts';

/**
 * What each loader of a build brings: `WAWebXLoadable.requireBundle` -> modules that are lazy, and those that registered modules wait
 * for. The modules of the loaders themselves are there once logged in.
 */
export function loadersOf({ modules }: Pick<PageSurface, 'modules'>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, { loaders = {}, tier, unresolved = [] }] of Object.entries(modules)) {
    const brought = tier === 'lazy' ? [name, ...unresolved] : unresolved;
    for (const place of Object.keys(loaders)) found.set(place, [...(found.get(place) ?? []), ...brought]);
  }
  return found;
}
