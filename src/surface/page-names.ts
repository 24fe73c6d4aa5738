import type { PagePlace } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';

/** `present`; `absent`; `late`: only once its bundle is loaded; `unknown`: what a default export holds is not recorded. */
export type Presence = 'present' | 'absent' | 'late' | 'unknown';

/** Whether a build offers a place; `loggedIn`: after linking, when the modules of tier 2 are available too. */
export function presenceOf(surface: Surface, place: PagePlace, loggedIn: boolean): Presence {
  return place.by === 'raid' ? raidPresence(surface, place) : namePresence(surface, place, loggedIn);
}

function namePresence(surface: Surface, place: PagePlace, loggedIn: boolean): Presence {
  const module = surface.modules[place.name];
  if (!module || surface.face !== 'comet') return 'absent';
  if (module.tier === 'lazy' || (module.tier === 2 && !loggedIn)) return 'late';
  return place.export === null ? 'present' : memberPresence(surface, place.name, place.export);
}

/** A name of what `require(module)` returns. */
function memberPresence(surface: Surface, module: string, name: string): Presence {
  if (module === 'WAWebCollections') return name in surface.collections ? 'present' : 'absent';
  if (surface.modules[module]?.hasDefault) return 'unknown';
  return name in (surface.modules[module]?.exports ?? {}) ? 'present' : 'absent';
}

/** A moduleRaid query searches the exports of every module and the members of every default export. */
function raidPresence(surface: Surface, place: PagePlace): Presence {
  if (surface.face !== 'webpack') return 'absent';
  const wanted = place.name.split('+').map((path) => path.split('.'));
  const found = Object.keys(surface.modules).map((module) => raidMatch(surface, module, wanted));
  const match =
    found.find((entry) => entry.presence === 'present') ?? found.find((entry) => entry.presence === 'unknown');
  if (!match) return 'absent';
  if (place.export === null || match.presence === 'unknown') return match.presence;
  const [member] = place.members;
  if (place.export === 'default') return member ? memberPresence(surface, match.module, member) : 'present';
  return place.export in (surface.modules[match.module]?.exports ?? {}) ? 'present' : 'absent';
}

function raidMatch(surface: Surface, module: string, wanted: string[][]): { module: string; presence: Presence } {
  const exports = surface.modules[module]?.exports ?? {};
  const each = wanted.map(([first = '', second]): Presence => {
    if (first in exports) return first === 'default' && second ? memberPresence(surface, module, second) : 'present';
    return module === 'WAWebCollections' && first in surface.collections ? 'present' : 'absent';
  });
  if (each.includes('absent')) return { module, presence: 'absent' };
  return { module, presence: each.includes('unknown') ? 'unknown' : 'present' };
}

/** `WAWebCollections.Call`, `WAWebUserPrefsMeUser`, `findModule("Socket").Socket`. */
export function placeText(place: PagePlace): string {
  const name = place.by === 'raid' ? `findModule("${place.name}")` : place.name;
  return [name, ...(place.export === null ? [] : [place.export]), ...place.members].join('.');
}

/** One place as text, or `waNoiseInfo of A, B or C` where several modules were merged into one object. */
export function placesText(places: readonly PagePlace[]): string {
  const [first] = places as [PagePlace, ...PagePlace[]];
  if (places.length === 1) return placeText(first);
  const modules = places.map((place) => placeText({ ...place, export: null, members: [] }));
  const members = [first.export, ...first.members].filter((name) => name !== null).join('.');
  return `${members || 'all'} of ${modules.slice(0, -1).join(', ')} or ${modules.at(-1)}`;
}
