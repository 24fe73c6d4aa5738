import type { Archive, ArchivedModule, BuildChange } from '../../contracts/build-data.ts';
import { InputError } from '../../contracts/input-error.ts';
import type { ExportKind, SurfaceModule, Tier } from '../../contracts/surface.ts';

/** What a build offers after some of the changes. Values are immutable, so states share them. */
export interface SurfaceState {
  modules: Readonly<Record<string, SurfaceModule>>;
  collections: Readonly<Record<string, string>>;
  behaviours: NonNullable<BuildChange['set']>;
}

export const emptyState: SurfaceState = { modules: {}, collections: {}, behaviours: {} };

/** A change with the archive that it names, if any, and the archives of all later changes, oldest first. */
export interface AppliedChange {
  change: BuildChange;
  archive: Archive | null;
  laterArchives: readonly Archive[];
  /** True after a capture, in which a later dated change may be already. */
  isTolerant?: boolean;
}

/**
 * The state after a change: first the archive, then what it removes, adds, re-tiers and sets.
 *
 * @throws InputError when the change removes a name that does not exist or adds one that does: it was written for another
 * state, and the result would be wrong without an error.
 */
export function applyChange(before: SurfaceState, applied: AppliedChange): SurfaceState {
  const { change: written, archive, laterArchives, isTolerant } = applied;
  const fail = (what: string): never => {
    throw new InputError(`the change since ${change.since}: ${what}`);
  };
  const change = isTolerant && !archive ? stillToDo(written, before) : written;
  const base = archive ? applyArchive(before, archive, laterArchives, change.tier ?? {}) : before;
  const { remove, add, tier, unresolved } = change;
  const modules: Record<string, SurfaceModule> =
    remove || add || tier || unresolved ? { ...base.modules } : base.modules;
  const collections: Record<string, string> = change.collections ? { ...base.collections } : base.collections;

  for (const [name, gone] of Object.entries(remove ?? {})) {
    const module = modules[name] ?? fail(`remove ${name}: no such module before it`);
    if (gone === 'module') {
      delete modules[name];
      continue;
    }
    const exports = { ...module.exports };
    for (const key of gone) {
      if (!exports[key]) fail(`remove ${name}.${key}: no such export before it`);
      delete exports[key];
    }
    modules[name] = { ...module, ...surfaceModule(module.tier, exports) };
  }
  for (const [name, added] of Object.entries(add ?? {})) {
    const present = modules[name];
    for (const key of Object.keys(added)) if (present?.exports[key]) fail(`add ${name}.${key}: it is there already`);
    modules[name] = { ...present, ...surfaceModule(present?.tier ?? 1, { ...present?.exports, ...added }) };
  }
  for (const [name, when] of Object.entries(tier ?? {})) {
    const { prefetched: _, ...module } = modules[name] ?? fail(`tier of ${name}: no such module`);
    modules[name] = { ...module, ...broughtBy(name, laterArchives), ...loading(when) };
  }
  for (const [name, missing] of Object.entries(unresolved ?? {})) {
    const { unresolved: _, ...module } = modules[name] ?? fail(`unresolved of ${name}: no such module`);
    modules[name] = missing.length > 0 ? { ...module, unresolved: missing } : module;
  }
  for (const key of change.collections?.remove ?? []) {
    if (!collections[key]) fail(`collections: remove ${key}: no such key before it`);
    delete collections[key];
  }
  for (const [key, target] of Object.entries(change.collections?.add ?? {})) {
    if (collections[key]) fail(`collections: add ${key}: it is there already`);
    collections[key] = target;
  }
  return { modules, collections, behaviours: { ...base.behaviours, ...change.set } };
}

/** The part of a change that a state does not have already. */
function stillToDo(change: BuildChange, { modules, collections }: SurfaceState): BuildChange {
  const { remove = {}, add = {}, tier = {}, unresolved = {}, collections: keys } = change;
  const gone = Object.entries(remove).flatMap(([name, names]) => {
    const exports = modules[name]?.exports;
    const left = names === 'module' ? names : names.filter((each) => exports && each in exports);
    return exports && left.length > 0 ? [[name, left] as const] : [];
  });
  const added = Object.entries(add).map(([name, exports]) => {
    const there = modules[name]?.exports ?? {};
    return [name, Object.fromEntries(Object.entries(exports).filter(([each]) => !(each in there)))] as const;
  });
  const isThere = ([name]: [string, unknown]) => name in modules || name in add;
  return {
    ...change,
    remove: Object.fromEntries(gone),
    add: Object.fromEntries(added.filter(([name, exports]) => !modules[name] || Object.keys(exports).length > 0)),
    tier: Object.fromEntries(Object.entries(tier).filter(isThere)),
    unresolved: Object.fromEntries(Object.entries(unresolved).filter(isThere)),
    ...(keys && {
      collections: {
        remove: (keys.remove ?? []).filter((key) => key in collections),
        add: Object.fromEntries(Object.entries(keys.add ?? {}).filter(([key]) => !(key in collections))),
      },
    }),
  };
}

function surfaceModule(tier: Tier, exports: Record<string, ExportKind>): SurfaceModule {
  // `require` of Comet builds returns the default export where there is one.
  return { tier, hasDefault: 'default' in exports, exports };
}

/** A complete archive replaces everything; a partial one adds what it shows and replaces only the modules that it contains. */
function applyArchive(
  before: SurfaceState,
  archive: Archive,
  later: readonly Archive[],
  tiers: NonNullable<BuildChange['tier']>,
): SurfaceState {
  const modules: Record<string, SurfaceModule> = archive.complete ? {} : { ...before.modules };
  for (const [name, archived] of Object.entries(archive.modules)) {
    const present = before.modules[name];
    const seen = withKnownKinds(name, archived.exports, later);
    const exports = archived.evidence === 'uses' ? { ...present?.exports, ...seen } : seen;
    const { tier, prefetched } = tiers[name] ? loading(tiers[name]) : loadingOf(name, archived, present, later);
    const module = surfaceModule(tier, exports);
    if (prefetched) module.prefetched = true;
    if (archived.plainDefault) module.hasDefault = false;
    if (archived.exportsIncomplete) module.partial = true;
    if (archived.loaders) module.loaders = archived.loaders;
    if (archived.components) module.components = archived.components;
    modules[name] = module;
  }
  for (const name of archive.absent) delete modules[name];
  return { ...before, modules, collections: archive.collections ?? before.collections };
}

function loading(when: Tier | 'prefetched'): Pick<SurfaceModule, 'tier' | 'prefetched'> {
  return when === 'prefetched' ? { tier: 'lazy', prefetched: true } : { tier: when };
}

/** What brings a lazy module, as the next archive shows it. */
function broughtBy(name: string, later: readonly Archive[]): Pick<SurfaceModule, 'loaders' | 'components'> {
  const { loaders, components } =
    later.map((archive) => archive.modules[name]).find((each) => each?.tier === 'lazy') ?? {};
  return { ...(loaders && { loaders }), ...(components && { components }) };
}

/** When the module comes, where a partial archive does not show it: as before, else as in a later archive. */
function loadingOf(
  name: string,
  archived: ArchivedModule,
  present: SurfaceModule | undefined,
  later: readonly Archive[],
): Pick<SurfaceModule, 'tier' | 'prefetched'> {
  const { tier, prefetched, tierAtMost } = archived;
  if (tier !== null) return { tier, ...(prefetched && { prefetched }) };
  const next = later.map((archive) => archive.modules[name]).find((each) => each && each.tier !== null);
  const known = present ?? (next as SurfaceModule | undefined);
  // WAWebMainWrapper reached it on this build; it became lazy later.
  if (tierAtMost && (known === undefined || known.tier === 'lazy')) return { tier: tierAtMost };
  return known ?? { tier: 2 };
}

/** The kind of an export that is known only from a use: the kind in the next archive. */
function withKnownKinds(name: string, exports: Record<string, ExportKind>, later: readonly Archive[]) {
  if (!Object.values(exports).includes('unknown')) return exports;
  let known = exports;
  for (const key in exports) {
    if (exports[key] !== 'unknown') continue;
    const next = later.find((archive) => (archive.modules[name]?.exports[key] ?? 'unknown') !== 'unknown');
    if (next) known = { ...known, [key]: next.modules[name]?.exports[key] as ExportKind };
  }
  return known;
}
