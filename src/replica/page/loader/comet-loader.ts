import type { ModuleExports } from './build-exports.ts';
import { ErrorGuard } from './error-guard.ts';
import type { SendReport } from './stub.ts';

type Require = (id: string) => unknown;
export type CometFactory = (
  global: unknown,
  require: Require,
  importDefault: Require,
  importNamespace: Require,
  requireLazy: RequireLazy,
  module: { exports: ModuleExports },
  exports: ModuleExports,
) => void;
type RequireLazy = (ids: readonly string[], ready: (...modules: unknown[]) => void) => void;

/** What `require('__debug').modulesMap` holds for each registered module. */
export interface ModuleDefinition {
  id: string;
  refcount: number;
  exports: ModuleExports;
  /** What `require` returns. */
  defaultExport: unknown;
  factory: CometFactory | null;
  factoryLength: number;
  factoryFinished: boolean;
  /** The definitions of the modules that have to be registered first; a name that is not registered is null. */
  readonly dependencies: (ModuleDefinition | null)[];
  context: null;
  special: number;
  hasError: boolean;
  error: unknown;
}

export interface CometLoader {
  define(id: string, dependencies: readonly string[], factory: CometFactory, special?: number): void;
  /** Runs the factory of a registered module, as code of the page does that needs it. */
  run(id: string): void;
  readonly guard: ErrorGuard;
}

/** Bit of `special`: an ES module, of which `require` returns the default export where there is one. */
const esModule = 64;
/** What modules of real builds have: ES module, importDefault and importNamespace; or all but ES module. */
const usual = 98;
export const commonModule = 34;

/** What code in the page sets to watch modules run. Real pages read the same names. */
interface Hooks {
  __onBeforeModuleFactory?: (definition: ModuleDefinition) => void;
  __onAfterModuleFactory?: (definition: ModuleDefinition) => void;
  Env?: { clear_js_factory_after_used?: boolean };
}

/**
 * The loader of Comet builds as globals of the page. A factory runs when its module is first required. For an unknown name, and
 * for a module with unregistered dependencies, `require` logs an error and returns undefined; inside of a guard it throws.
 *
 * @param fetchBundle loads the bundle of a lazy module; resolves when it is registered, or when there is none.
 * @param throwing true when the circumstances make unknown names throw.
 * @param env what the html sets for the loader.
 */
export function installCometLoader(
  fetchBundle: (id: string) => Promise<void>,
  throwing: () => boolean,
  report: SendReport,
  env: Hooks['Env'] = {},
): CometLoader {
  const modulesMap: Record<string, ModuleDefinition> = {};
  const hooks = window as Hooks;
  hooks.Env = { ...hooks.Env, ...env };
  const guard = new ErrorGuard();

  const refuse = (message: string): undefined => {
    if (throwing() || guard.throws) throw new Error(message);
    guard.log(message);
    return undefined;
  };

  const load = (id: string): ModuleDefinition | undefined => {
    const definition = modulesMap[id];
    if (!definition) {
      report('unknown-module', { module: id });
      return refuse(`Requiring unknown module "${id}"`);
    }
    if (definition.hasError) throw definition.error;
    if (definition.factoryFinished || !definition.factory) return definition;
    const missing = unregistered(definition);
    if (missing.length > 0) {
      const names = missing.map((name) => `"${name}"`).join(', ');
      return refuse(`Requiring module "${id}" with unresolved dependencies: ${names}`);
    }
    run(definition, definition.factory);
    return definition;
  };

  const run = (definition: ModuleDefinition, factory: CometFactory): void => {
    hooks.__onBeforeModuleFactory?.(definition);
    definition.factoryFinished = true;
    const module = { exports: definition.exports };
    try {
      factory(window, require, importDefault, importNamespace, requireLazy, module, definition.exports);
    } catch (error) {
      Object.assign(definition, { hasError: true, error });
      throw error;
    }
    const { exports } = module;
    const isDefault = (definition.special & esModule) !== 0 && 'default' in exports;
    Object.assign(definition, { exports, defaultExport: isDefault ? exports.default : exports });
    if (hooks.Env?.clear_js_factory_after_used) definition.factory = null;
    hooks.__onAfterModuleFactory?.(definition);
  };

  const names = new WeakMap<ModuleDefinition, readonly string[]>();
  const unregistered = (definition: ModuleDefinition) =>
    (names.get(definition) ?? []).filter((name) => !modulesMap[name]);

  const importNamespace: Require = (id) => load(id)?.exports;
  const importDefault: Require = (id) => load(id)?.defaultExport;
  const require: Require = (id) => (id === '__debug' ? { modulesMap } : importDefault(id));

  const requireLazy: RequireLazy = (ids, ready) => {
    void Promise.all(ids.filter((id) => !modulesMap[id]).map(fetchBundle)).then(() => ready(...ids.map(require)));
  };

  const define: CometLoader['define'] = (id, dependencies, factory, special = usual) => {
    if (modulesMap[id]) return;
    const definition: ModuleDefinition = {
      id,
      refcount: 1,
      exports: {},
      defaultExport: undefined,
      factory,
      factoryLength: factory.length,
      factoryFinished: false,
      get dependencies() {
        return dependencies.map((name) => modulesMap[name] ?? null);
      },
      context: null,
      special,
      hasError: false,
      error: null,
    };
    names.set(definition, dependencies);
    modulesMap[id] = definition;
  };

  Object.assign(window, { require, importDefault, importNamespace, requireLazy });
  // Real pages define it anew too, so that a setter that was there before does not see it.
  Object.defineProperty(window, '__d', { value: define, configurable: true, writable: true, enumerable: true });
  return { define, run: importNamespace, guard };
}
