import { hash } from 'node:crypto';
import type { Shapes } from '../../contracts/shape.ts';
import type { Surface } from '../../contracts/surface.ts';
import { resolveShapes } from '../builds/resolve-shapes.ts';
import { moduleScript } from './module-script.ts';

/** What the live site has beside its html: the scripts of a build, and the maps of them in the html. */
export interface LivePage {
  /** Script by the path of its address, which has a hash of its content. */
  scripts: ReadonlyMap<string, string>;
  /** Script by its key in the map of resources. */
  rsrcMap: Record<string, object>;
  /** Scripts of each component by its name. */
  compMap: Record<string, { r: string[] }>;
}

const pages = new WeakMap<Surface, LivePage>();

/**
 * The scripts of a Comet build, made once: each module of the surface with its names, kinds and shapes, and when it comes.
 *
 * @param shapes by default those that the data have of the build
 */
export function livePage(surface: Surface, shapes?: LiveShapes): LivePage {
  if (shapes) return makePage(surface, shapes);
  const page = pages.get(surface) ?? makePage(surface, resolveShapes(surface.build));
  pages.set(surface, page);
  return page;
}

type LiveShapes = Pick<Shapes, 'members' | 'parameters'>;

/** Roots of what is there from the start, and of what is there once logged in. */
const roots = { start: 'WAWebAppBootstrap', loggedIn: 'WAWebMainWrapper' };
const prefetcher = 'WAWebPrefetchLoadables';
/** The conditional dependency that stands for the prefetcher where the page prefetches. */
const prefetcherKey = 'cr:9486';
/** Its call and its component, of which no module of a build has a name. */
const prefetch = {
  module: 'WAWebReplicaPrefetchLoadable',
  call: 'requireBundle',
  component: 'WAWebReplicaPrefetch.react',
};

function makePage(surface: Surface, shapes: LiveShapes): LivePage {
  const { modules, build, collections, behaviours } = surface;
  const names = Object.keys(modules);
  const comes = (name: string) => {
    const { tier, prefetched, unresolved } = modules[name] as Surface['modules'][string];
    // What waits for a bundle is registered without it, which only a page that runs shows.
    return prefetched || unresolved ? 'lazy' : tier;
  };
  const lazy = names.filter((name) => comes(name) === 'lazy');
  const loads: Record<string, Record<string, string>> = {
    [prefetch.module]: { [prefetch.call]: prefetch.component },
  };
  const brings = new Map<string, string[]>([[prefetch.component, lazy.filter((name) => modules[name]?.prefetched)]]);
  const add = (component: string, module: string) => {
    const its = brings.get(component) ?? [];
    if (!its.includes(module)) its.push(module);
    brings.set(component, its);
  };
  const mapped = new Set<string>();
  for (const name of lazy) {
    const { loaders = {}, components = [], unresolved = [] } = modules[name] as Surface['modules'][string];
    const all = [...Object.values(loaders), ...components];
    for (const component of all) for (const each of [name, ...unresolved]) add(component, each);
    for (const component of components) mapped.add(component);
    for (const [place, component] of Object.entries(loaders)) {
      const at = place.lastIndexOf('.');
      loads[place.slice(0, at)] = { ...loads[place.slice(0, at)], [place.slice(at + 1)]: component };
    }
  }
  const sizes = paddings(
    brings,
    lazy.map((name) => modules[name] as Surface['modules'][string]),
  );
  const fillers = Array.from({ length: Math.max(0, ...sizes.values()) }, (_, i) => filler(i + 1));
  const loadables = Object.keys(loads).filter((name) => name !== prefetch.module && !(name in modules));
  const dependencies = (name: string): string[] => {
    if (name === roots.start) return names.filter((each) => comes(each) === 1 && each !== name);
    if (name === roots.loggedIn) {
      return [...names.filter((each) => comes(each) === 2 && each !== name), ...loadables, prefetcherKey];
    }
    if (name === prefetcher) return [prefetch.module];
    const at = fillers.indexOf(name);
    if (at >= 0) return at === 0 ? [] : [filler(at)];
    const its = [...(brings.get(name) ?? []).filter((each) => each !== name), ...(modules[name]?.unresolved ?? [])];
    const padding = sizes.get(name) ?? 0;
    return padding > 0 ? [...its, filler(padding)] : its;
  };
  const write = (name: string) =>
    moduleScript({
      name,
      module: modules[name] ?? null,
      dependencies: dependencies(name),
      shapes,
      collections,
      loads: loads[name] ?? {},
      events: name === 'WAWebCmd' ? [behaviours.cmdEvents === 'plain' ? 'logout' : 'logout_from_bridge'] : [],
      calls: name === prefetcher ? [`${prefetch.module}.${prefetch.call}`] : [],
    });
  const all = new Set([
    ...names,
    ...Object.values(roots),
    prefetcher,
    ...Object.keys(loads),
    ...brings.keys(),
    ...fillers,
  ]);
  const bundles = bundlesOf(
    [...all],
    (name) => (name in modules ? comes(name) : loadables.includes(name) ? 2 : null),
    brings,
  );
  return serve({ build, bundles, write, brought: new Map([...brings].filter(([component]) => mapped.has(component))) });
}

/** A module that makes bundles larger: the n-th brings n of them. */
const filler = (n: number) => `WAWebReplicaFiller${n}`;

/**
 * How many more modules the bundle of each component has, so that the bundles which the data names for a module are its smallest, in that
 * sequence.
 */
function paddings(
  brings: ReadonlyMap<string, readonly string[]>,
  lazy: readonly Surface['modules'][string][],
): Map<string, number> {
  const smaller = new Map<string, Set<string>>();
  for (const { loaders = {}, components = [] } of lazy) {
    const called = Object.values(loaders);
    const others = called.filter((each) => !components.includes(each));
    for (const list of [[...components, ...others], called]) {
      for (const [i, each] of list.entries()) {
        const before = list[i - 1];
        // Those that are not named as components follow all that are, in no sequence of their own.
        const last = list === called || i < components.length ? before : components.at(-1);
        if (last !== undefined && last !== each) smaller.set(each, (smaller.get(each) ?? new Set()).add(last));
      }
    }
  }
  const padded = new Map<string, number>();
  const sizeOf = (component: string): number => 1 + (brings.get(component)?.length ?? 0);
  const pad = (component: string, above: readonly string[]): number => {
    const known = padded.get(component);
    if (known !== undefined) return known;
    const before = [...(smaller.get(component) ?? [])].filter((each) => !above.includes(each) && each !== component);
    const least = Math.max(0, ...before.map((each) => sizeOf(each) + pad(each, [...above, component]) + 1));
    const more = Math.max(0, least - sizeOf(component));
    padded.set(component, more);
    return more;
  };
  for (const component of brings.keys()) pad(component, []);
  return padded;
}

/** The modules of each script: those of the start, those of a logged-in page, those of each component, and all others. */
function bundlesOf(
  names: readonly string[],
  comes: (name: string) => 1 | 2 | 'lazy' | null,
  brings: ReadonlyMap<string, readonly string[]>,
): string[][] {
  const left = new Set(names);
  const take = (some: Iterable<string>) => [...some].filter((name) => left.delete(name));
  const early = [1, 2].map((tier) =>
    take(names.filter((name) => comes(name) === tier || name === Object.values(roots)[tier - 1])),
  );
  const components = [...brings].map(([component, its]) => take([component, ...its]));
  return [...early, ...components, take(names)].filter((each) => each.length > 0);
}

interface Served {
  build: string;
  bundles: readonly string[][];
  write: (name: string) => string;
  /** The modules of each component that the map names. */
  brought: ReadonlyMap<string, readonly string[]>;
}

function serve({ build, bundles, write, brought }: Served): LivePage {
  const revision = build.split('.')[2];
  const scripts = new Map<string, string>();
  const rsrcMap: LivePage['rsrcMap'] = {};
  const keys = new Map<string, string>();
  for (const [i, bundle] of bundles.entries()) {
    const code = `/*FB_PKG_DELIM*/\n${bundle.map(write).join('\n')}\n`;
    const digest = hash('sha256', code);
    const key = digest.slice(0, 7);
    const path = `/rsrc.php/v4/y${digest[7]}/r/${digest.slice(8, 19)}.js`;
    scripts.set(path, code);
    const group = i < 2 ? 'main' : 'longtail';
    rsrcMap[key] = { type: 'js', src: `https://static.whatsapp.net${path}`, c: 1, m: `${revision}_${group}` };
    for (const name of bundle) keys.set(name, key);
  }
  const compMap: LivePage['compMap'] = {};
  for (const [component, modules] of brought) {
    compMap[component] = { r: [...new Set([component, ...modules].flatMap((name) => keys.get(name) ?? []))] };
  }
  return { scripts, rsrcMap, compMap };
}
