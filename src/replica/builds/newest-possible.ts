import { parseBuild } from '../../contracts/build-number.ts';
import type { Behaviours, Surface, SurfaceModule, UncertainChange } from '../../contracts/surface.ts';
import { stepAt, withPrefetched } from './build-timeline.ts';
import { timelineOf } from './resolve-surface.ts';

const known = new WeakMap<Surface, Surface>();

/**
 * The surface with all uncertain changes of its build applied; the given surface has none of them. The build certainly offers what both
 * offer. The result is cached per surface: callers must not change it.
 */
export function newestPossible(surface: Surface): Surface {
  if (surface.uncertain.length === 0) return surface;
  const newest = known.get(surface) ?? withAll(surface);
  known.set(surface, newest);
  return newest;
}

type NamedState = Pick<Surface, 'modules' | 'collections'> & { behaviours: Record<string, unknown> };

function withAll(surface: Surface): Surface {
  const modules = { ...surface.modules };
  const collections = { ...surface.collections };
  const behaviours: Record<string, unknown> = { ...surface.behaviours };
  for (const change of surface.uncertain) apply(change, { modules, collections, behaviours }, surface);
  const loaded = behaviours.prefetchesBundles ? withPrefetched(modules) : modules;
  return { ...surface, modules: loaded, collections, behaviours: behaviours as Behaviours };
}

/** Each name becomes what it is on the first build that is known to have the change. */
function apply(
  { since, names }: UncertainChange,
  { modules, collections, behaviours }: NamedState,
  { face }: Surface,
): void {
  const { state } = stepAt(timelineOf(face), parseBuild(since));
  for (const name of names) {
    const [module = '', key] = name.split('.');
    const there: SurfaceModule | undefined = state.modules[module];
    if (key === undefined && name in behaviours) {
      behaviours[name] = (state.behaviours as Record<string, unknown>)[name];
    } else if (module === 'WAWebCollections' && key !== undefined && isKey(key, state.collections, collections)) {
      put(collections, key, state.collections[key]);
    } else if (key === undefined) {
      // Exports of a module that was there before are names of their own.
      put(modules, module, there && { ...there, exports: modules[module]?.exports ?? there.exports });
    } else {
      const present = modules[module];
      if (!present) continue;
      const exports = { ...present.exports };
      put(exports, key, there?.exports[key]);
      modules[module] = { ...present, exports, hasDefault: 'default' in exports };
    }
  }
}

function isKey(key: string, ...collections: readonly Readonly<Record<string, string>>[]): boolean {
  return collections.some((each) => key in each);
}

function put<Value>(record: Record<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) delete record[key];
  else record[key] = value;
}
