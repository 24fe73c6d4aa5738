import type { Archive, ArchivedModule } from '../../contracts/build-data.ts';
import type { Capture, Drift, ObservedPage, Probes, RanPage, ReadingWay } from '../../contracts/capture.ts';
import {
  type Behaviours,
  behavioursSchema,
  type ExportKind,
  type Surface,
  type Tier,
} from '../../contracts/surface.ts';
import { resolveSurface, timelineOf } from '../../replica/builds/resolve-surface.ts';
import { decidedBehaviours } from '../../replica/builds/switches.ts';
import type { ModuleText } from './module-text.ts';
import { absentProbes } from './probes.ts';

/** What the text of a page shows. */
export interface ReadPage {
  names: Archive;
  behaviours: Capture['behaviours'];
  values: Capture['values'];
  texts: readonly ModuleText[];
  probes: Probes;
}

/** What a page that ran shows, with what only its text does. */
export type RanCapture = Pick<Capture, 'names' | 'behaviours' | 'values' | 'unresolved'> & { ran: RanPage };

/**
 * Puts what a page showed while it ran in place of what its text lets expect: when modules are there, which of their exports `require`
 * returns, exports of modules that have run, collections, and behaviours.
 *
 * @param isLinked the page is that of a linked account, which has all modules but the lazy ones
 * @param known modules whose tier in the data is compared
 */
export function asItRan(
  read: ReadPage,
  observed: ObservedPage,
  { isLinked, known }: { isLinked: boolean; known: readonly string[] },
): RanCapture {
  const { build } = read.names;
  const values = { ...read.values, ...observed.values };
  const unresolved = isLinked ? unresolvedIn(read.texts, observed) : {};
  const names = namesAsTheyRan(read.names, observed, isLinked, unresolved);
  const executed = { ...observed.behaviours, ...(isLinked && prefetching(names, observed)) };
  const behaviours = { ...read.behaviours, ...executed };
  const data = dataOf(build, values);
  const drift = [...behaviourDrift(data.behaviours, behaviours), ...tierDrift(data, observed, isLinked, known)];
  const ran = {
    userAgent: observed.userAgent,
    timeline: observed.timeline,
    modules: {
      start: observed.start?.length ?? null,
      settled: Object.keys(observed.modules).length,
      ran: Object.values(observed.modules).filter(({ exports }) => exports !== undefined).length,
    },
    models: isLinked
      ? Object.fromEntries(Object.entries(observed.collections ?? {}).map(([key, { models }]) => [key, models]))
      : {},
    read: waysOf({ executed, source: read.behaviours, props: observed.values, html: read.values, data }),
    probes: { ...absentProbes, ...read.probes, ...observed.probes },
    moduleCounts: observed.moduleCounts,
    drift,
  };
  return { names, behaviours, values, ...(Object.keys(unresolved).length > 0 && { unresolved }), ran };
}

/** Keys of the switches of a build that an account has, in the page's AB props. */
export function accountKeys(build: string): string[] {
  const keys = Object.values(resolveSurface(build).switches).map(({ key }) => key);
  return keys.filter((key) => key !== null).filter((key) => key.startsWith('ab '));
}

/** A module that waits for others is registered and has not run. What stands for a conditional dependency is not known here. */
function unresolvedIn(texts: readonly ModuleText[], { modules }: ObservedPage): Record<string, string[]> {
  const waiting = texts.flatMap(({ name, dependencies }) => {
    const module = modules[name];
    if (!module || module.exports) return [];
    const missing = dependencies.filter((each) => !(each in modules) && !each.startsWith('cr:'));
    return missing.length > 0 ? [[name, missing] as const] : [];
  });
  return Object.fromEntries(waiting);
}

function namesAsTheyRan(
  names: Archive,
  observed: ObservedPage,
  isLinked: boolean,
  unresolved: Readonly<Record<string, readonly string[]>>,
): Archive {
  const start = observed.start === null ? null : new Set(observed.start);
  const all = new Set([...Object.keys(names.modules), ...Object.keys(observed.modules)]);
  const modules = [...all].sort().map((name) => {
    const read = names.modules[name] ?? unread;
    const seen = observed.modules[name];
    const tier = tierAsItRan(read.tier, {
      isAtStart: start?.has(name) ?? null,
      isRegistered: seen !== undefined,
      isLinked,
    });
    return [name, withExports(withTier(read, tier, name in unresolved), seen)] as const;
  });
  const isAbsent = (name: string) => !(name in observed.modules);
  return {
    ...names,
    share: { modules: modules.length, of: Math.max(names.share.of, modules.length) },
    absent: names.absent.filter(isAbsent),
    unknown: names.unknown.filter(isAbsent),
    ...(isLinked && observed.collections !== null && { collections: collectionsOf(names, observed.collections) }),
    modules: Object.fromEntries(modules),
  };
}

/** A registered module that no script shows. */
const unread: ArchivedModule = { evidence: 'uses', tier: 2, exportsIncomplete: true, exports: {} };

/** @param isAtStart null where the start of the page did not show: what the text has at the start stays there. */
function tierAsItRan(
  read: ArchivedModule['tier'],
  { isAtStart, isRegistered, isLinked }: { isAtStart: boolean | null; isRegistered: boolean; isLinked: boolean },
): ArchivedModule['tier'] {
  const isEarly = isAtStart ?? read === 1;
  if (isLinked) return isEarly && isRegistered ? 1 : isRegistered ? 2 : 'lazy';
  if (isEarly) return 1;
  return read === 1 ? 2 : read;
}

/** What a page prefetches stays lazy with that mark: whether it does is a switch. What brings a module matters where it is lazy, or waits. */
function withTier(read: ArchivedModule, tier: ArchivedModule['tier'], isWaiting: boolean): ArchivedModule {
  if (read.prefetched && tier !== 1 && !isWaiting) return read;
  const { loaders, components, prefetched: _, tierAtMost: __, ...others } = read;
  const isLate = tier === 'lazy' || isWaiting;
  return { ...others, tier, ...(isLate && loaders && { loaders }), ...(isLate && components && { components }) };
}

/** What a module may export by its own code, and not the marks of its compiler or the keys of a table. */
const isName = /^(?!__)[A-Za-z_$][\w$]*$/;

/** Kinds are those of the text where it shows them: code that runs does not tell a class from a function. */
function withExports(read: ArchivedModule, seen: ObservedPage['modules'][string] | undefined): ArchivedModule {
  if (!seen) return read;
  const { plainDefault: _, ...module } = seen.exports ? withWholeExports(read, seen.exports) : read;
  const isPlain = !seen.isEsModule && 'default' in module.exports;
  return isPlain ? { ...module, plainDefault: true } : module;
}

function withWholeExports(
  { exportsIncomplete: _, exports, ...read }: ArchivedModule,
  seen: ArchivedModule['exports'],
): ArchivedModule {
  const offered = Object.entries(seen).filter(([name]) => Object.hasOwn(exports, name) || isName.test(name));
  return {
    ...read,
    evidence: 'code',
    exports: Object.fromEntries(
      offered.map(([name, kind]) => [name, Object.hasOwn(exports, name) ? (exports[name] as ExportKind) : kind]),
    ),
  };
}

/** A collection that several modules export is named as in the text, where that names one of them. */
function collectionsOf(
  { collections = {} }: Archive,
  observed: NonNullable<ObservedPage['collections']>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(observed).flatMap(([key, { places }]) => {
      const read = collections[key];
      const place = read !== undefined && (places.length === 0 || places.includes(read)) ? read : places.sort()[0];
      return place === undefined ? [] : [[key, place]];
    }),
  );
}

function prefetching({ modules }: Archive, observed: ObservedPage): Pick<Behaviours, 'prefetchesBundles'> | null {
  const names = Object.keys(modules).filter((name) => modules[name]?.prefetched);
  return names.length === 0 ? null : { prefetchesBundles: names.some((name) => name in observed.modules) };
}

/** What the data say of a page with these values of switches. */
function dataOf(build: string, values: Capture['values']): Surface {
  const { switches } = resolveSurface(build);
  const chosen = Object.entries(switches).flatMap(([name, { key, values: possible }]) => {
    const value = values[key ?? ''];
    return value !== undefined && possible.includes(value) ? [[name, value] as const] : [];
  });
  return resolveSurface(build, Object.fromEntries(chosen));
}

function behaviourDrift(data: Behaviours, page: Capture['behaviours']): Drift[] {
  return behaviourNames.flatMap((name) => {
    const seen = page[name];
    if (seen === undefined || seen === data[name]) return [];
    return [{ kind: 'behaviour' as const, name, data: String(data[name]), page: String(seen) }];
  });
}

/** A page without an account shows of a module only whether it is there from the start. */
function tierDrift(
  { modules }: Surface,
  { start, modules: registered }: ObservedPage,
  isLinked: boolean,
  known: readonly string[],
): Drift[] {
  if (start === null) return [];
  const early = new Set(start);
  const shown = (tier: Tier) => String(isLinked || tier === 1 ? tier : 'later');
  return known.flatMap((name) => {
    const module = modules[name];
    if (!module) return [];
    const seen: Tier = early.has(name) ? 1 : name in registered ? 2 : 'lazy';
    const [data, page] = [shown(module.tier), shown(seen)];
    return data === page ? [] : [{ kind: 'tier' as const, name, data, page }];
  });
}

const behaviourNames = Object.keys(behavioursSchema.shape) as (keyof Behaviours)[];

interface Readings {
  executed: Capture['behaviours'];
  source: Capture['behaviours'];
  props: Capture['values'];
  html: Capture['values'];
  data: Surface;
}

function waysOf({ executed, source, props, html, data }: Readings): Record<keyof Behaviours, ReadingWay> {
  const switches = timelineOf(data.face).data.facts.switches ?? [];
  const [byProps, byHtml] = [props, html].map((values) => decidedBehaviours(switches, data.build, values));
  const ways = behaviourNames.map((name): [keyof Behaviours, ReadingWay] => {
    if (name in executed || byProps?.has(name)) return [name, 'executed'];
    return [name, name in source || byHtml?.has(name) ? 'source' : 'absent'];
  });
  return Object.fromEntries(ways) as Record<keyof Behaviours, ReadingWay>;
}
