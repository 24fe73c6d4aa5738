import { earlyModules, envOf } from '../../../contracts/boot.ts';
import { loadersOf } from '../../../contracts/loaders.ts';
import type { MemberTable } from '../../../contracts/shape.ts';
import type { PageSurface, Tier } from '../../../contracts/surface.ts';
import { buildExports, type Implementations, type ModuleExports, modulesOfTier } from './build-exports.ts';
import { type CometFactory, commonModule, installCometLoader } from './comet-loader.ts';
import type { SendReport } from './stub.ts';
import { installWebpackLoader } from './webpack-loader.ts';

/** Makes the modules of a tier available to code in the page; once per tier. */
export type Register = (tier: Tier) => void;

interface ModuleSource {
  surface: PageSurface;
  implementations: Implementations;
  members: () => MemberTable;
  report: SendReport;
  /** True when an unknown module throws; see installCometLoader. */
  throwing: () => boolean;
  /** Modules of tier 1 and 2 that come only with a bundle on request; Comet builds only. */
  late: () => ReadonlySet<string>;
  /** Gets the exports of each module that is required. */
  exports: Map<string, ModuleExports>;
}

/** Modules of the loader itself, which hold the switches of the html. Archives of a build do not list them. */
const switchHolders = ['gkx', 'qex'];

/** Modules that code of the page needs as soon as they are there, so that they have run; that of collections needs those of each. */
const needed: ReadonlySet<string> = new Set([...earlyModules, 'WAWebABProps', 'WAWebCollections']);

/** Time that a bundle takes over a network; the local server alone would be faster than a real one. */
const bundleMs = 50;

export function installModules(source: ModuleSource): Register {
  const register = source.surface.face === 'comet' ? installComet(source) : installWebpack(source);
  const registered = new Set<Tier>();
  return (tier) => {
    if (registered.has(tier)) return;
    registered.add(tier);
    register(tier);
  };
}

const exportsOf = (source: ModuleSource, name: string) => () => {
  const module = source.surface.modules[name];
  // A loader, or a module that only others wait for: nothing more of it is known.
  if (!module) return source.implementations[name] ?? {};
  const exports = buildExports(name, module, source.implementations, source.report, source.members);
  source.exports.set(name, exports);
  return exports;
};

function installComet(source: ModuleSource): Register {
  const { surface, report } = source;
  const define = (name: string) => {
    const known = surface.modules[name];
    const special = known?.hasDefault === false && 'default' in known.exports ? commonModule : undefined;
    const factory: CometFactory = (_global, _require, _default, _namespace, _lazy, module) => {
      module.exports = exportsOf(guarded, name)();
    };
    loader.define(name, known?.unresolved ?? [], factory, special);
  };
  const fetchBundle = async (names: readonly string[]) => {
    await new Promise((done) => setTimeout(done, bundleMs));
    for (const name of names) define(name);
  };
  const loader = installCometLoader(
    (name) => fetchBundle(surface.modules[name] ? [name] : []),
    source.throwing,
    report,
    envOf(surface.behaviours),
  );
  const implementations: Implementations = { ...source.implementations, ErrorGuard: { default: loader.guard } };
  const loaders = new Set<string>();
  for (const [place, names] of loadersOf(surface)) {
    const [module = '', exportName = ''] = place.split('.');
    implementations[module] = { ...implementations[module], [exportName]: () => fetchBundle(names) };
    loaders.add(module);
  }
  const guarded = { ...source, implementations };
  const collections = new Set(
    Object.values(surface.collections).map((place) => place.slice(0, place.lastIndexOf('.'))),
  );
  return (tier) => {
    const late = source.late();
    if (tier === 1) for (const name of switchHolders) define(name);
    const names = modulesOfTier(surface, tier).filter((name) => !late.has(name));
    for (const name of names) define(name);
    if (tier === 2) for (const name of loaders) define(name);
    for (const name of names) {
      const isWaiting = surface.modules[name]?.unresolved !== undefined;
      if ((needed.has(name) || collections.has(name)) && !isWaiting) loader.run(name);
    }
  };
}

function installWebpack(source: ModuleSource): Register {
  const loader = installWebpackLoader();
  // Code that finds a module by its members reads members of every object, which is no use of a stub.
  const quiet: ModuleSource = {
    ...source,
    report: (event, detail) => event !== 'stub-read' && source.report(event, detail),
  };
  return (tier) => {
    const names = modulesOfTier(source.surface, tier);
    loader.define(Object.fromEntries(names.map((name) => [name, exportsOf(quiet, name)])));
  };
}
