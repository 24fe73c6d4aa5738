import { loadersOf } from '../contracts/loaders.ts';
import type { PagePlace } from '../contracts/needs.ts';
import type { Shapes } from '../contracts/shape.ts';
import type { Surface } from '../contracts/surface.ts';
import { memberPresence } from '../replica/builds/resolve-shapes.ts';

/** `present`; `absent`; `late`: only once its bundle is loaded; `unknown`: what an object holds is not recorded. */
export type Presence = 'present' | 'absent' | 'late' | 'unknown';

/**
 * Whether a build offers a place. Without shapes what an object holds is unknown.
 *
 * @param loggedIn after linking, when the modules of tier 2 are available too.
 */
export function presenceOf(surface: Surface, place: PagePlace, loggedIn: boolean, shapes?: Shapes): Presence {
  return place.by === 'raid' ? raidPresence(surface, place) : namePresence(surface, place, loggedIn, shapes);
}

function namePresence(surface: Surface, place: PagePlace, loggedIn: boolean, shapes?: Shapes): Presence {
  const module = surface.modules[place.name];
  if (!module && isLoader(surface, place)) return loggedIn ? 'present' : 'late';
  if (!module || surface.face !== 'comet') return 'absent';
  const waits = module.tier === 'lazy' || (module.unresolved?.length ?? 0) > 0;
  if (waits || (module.tier === 2 && !loggedIn)) return 'late';
  if (place.export === null) return 'present';
  const own = exportPresence(surface, place.name, place.export, shapes);
  if (own !== 'present' || place.members.length === 0 || !shapes) return own;
  const [member, ...deeper] = place.members as [string, ...string[]];
  const found = memberPresence(shapes, shapePlace(surface, place.name, place.export), member);
  return found === 'present' && deeper.length > 0 ? 'unknown' : found;
}

/** True for a loader of lazy modules; the surface does not list the modules of loaders. */
function isLoader(surface: Surface, { name, export: exportName }: PagePlace): boolean {
  const places = loaderPlaces.get(surface) ?? placesOfLoaders(surface);
  loaderPlaces.set(surface, places);
  return places.has(exportName === null ? name : `${name}.${exportName}`);
}

const loaderPlaces = new WeakMap<Surface, ReadonlySet<string>>();

/** Loaders, as `Module.export`, and their modules. */
function placesOfLoaders(surface: Surface): ReadonlySet<string> {
  const places = [...loadersOf(surface).keys()];
  return new Set([...places, ...places.map((place) => place.split('.')[0] as string)]);
}

/** A name of what `require(module)` returns. */
function exportPresence(surface: Surface, module: string, name: string, shapes?: Shapes): Presence {
  if (module === 'WAWebCollections') return name in surface.collections ? 'present' : 'absent';
  if (surface.modules[module]?.hasDefault)
    return shapes ? memberPresence(shapes, `${module}.default`, name) : 'unknown';
  return name in (surface.modules[module]?.exports ?? {}) ? 'present' : 'absent';
}

/** Where the members of an export are described: those of a key of WAWebCollections are in the module behind the key. */
function shapePlace({ collections }: Surface, module: string, name: string): string {
  return (module === 'WAWebCollections' && collections[name]) || `${module}.${name}`;
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
  if (place.export === 'default') return member ? exportPresence(surface, match.module, member) : 'present';
  return place.export in (surface.modules[match.module]?.exports ?? {}) ? 'present' : 'absent';
}

function raidMatch(surface: Surface, module: string, wanted: string[][]): { module: string; presence: Presence } {
  const exports = surface.modules[module]?.exports ?? {};
  const each = wanted.map(([first = '', second]): Presence => {
    if (first in exports) return first === 'default' && second ? exportPresence(surface, module, second) : 'present';
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

/** One place as text, `waNoiseInfo of A, B or C` where several modules were merged into one object, or `A.f or B.g`. */
export function placesText(places: readonly PagePlace[]): string {
  const [first] = places as [PagePlace, ...PagePlace[]];
  if (places.length === 1) return placeText(first);
  const namesOf = ({ export: name, members }: PagePlace) =>
    [name, ...members].filter((each) => each !== null).join('.');
  const names = namesOf(first);
  if (places.some((place) => namesOf(place) !== names)) return eitherOf(places.map(placeText));
  const modules = places.map((place) => placeText({ ...place, export: null, members: [] }));
  return `${names || 'all'} of ${eitherOf(modules)}`;
}

/** `A, B or C` */
const eitherOf = (texts: readonly string[]) => `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
