import type { ModuleExports } from './build-exports.ts';
import type { SendReport } from './stub.ts';

type Require = (id: string) => unknown;
type CometFactory = (
  global: unknown,
  require: Require,
  importDefault: Require,
  importNamespace: Require,
  requireLazy: (ids: string[], ready: (...modules: unknown[]) => void) => void,
  module: { exports: ModuleExports },
  exports: ModuleExports,
) => void;

/** What `require('__debug').modulesMap` holds for each registered module. */
interface LoadedModule {
  id: string;
  dependencies: string[];
  factory: CometFactory | null;
  exports: ModuleExports;
  defaultExport: unknown;
  factoryFinished: boolean;
  flags: number;
}

export interface CometLoader {
  define(id: string, dependencies: string[], factory: CometFactory, flags?: number): void;
}

/** ES module whose factory gets importDefault and importNamespace. */
const esModule = 98;

/**
 * The loader of Comet builds as globals of the page. `require` returns the default export if there is one, else the exports
 * object; for an unknown name it logs an error and returns undefined.
 *
 * @param fetchBundle loads the bundle of a lazy module; resolves when it is registered, or when there is none.
 * @param throwing true when unknown names throw, as inside another guard or after `skipGuardGlobal(true)`.
 */
export function installCometLoader(
  fetchBundle: (id: string) => Promise<void>,
  throwing: () => boolean,
  report: SendReport,
): CometLoader {
  const modulesMap: Record<string, LoadedModule> = {};
  let loggedBefore = false;

  const unknown = (id: string): undefined => {
    report('unknown-module', { module: id });
    const message = `Requiring unknown module "${id}"`;
    if (throwing()) throw new Error(message);
    // The real guard logs one error only.
    if (!loggedBefore) {
      console.error(
        `ErrorUtils caught an error:\n\n${message}.\n\nSubsequent non-fatal errors won't be logged; see https://fburl.com/debugjs.`,
      );
    }
    loggedBefore = true;
    return undefined;
  };

  const load = (id: string): LoadedModule | undefined => {
    const entry = modulesMap[id];
    if (!entry) return unknown(id);
    if (!entry.factoryFinished && entry.factory) {
      entry.factoryFinished = true;
      const module = { exports: entry.exports };
      entry.factory(window, require, importDefault, importNamespace, requireLazy, module, entry.exports);
      entry.exports = module.exports;
      entry.defaultExport = entry.exports.default;
    }
    return entry;
  };

  const importNamespace: Require = (id) => load(id)?.exports;
  const importDefault: Require = (id) => {
    const entry = load(id);
    return entry && ('default' in entry.exports ? entry.defaultExport : entry.exports);
  };
  const require: Require = (id) => (id === '__debug' ? { modulesMap } : importDefault(id));

  const requireLazy = (ids: string[], ready: (...modules: unknown[]) => void): void => {
    void Promise.all(ids.filter((id) => !modulesMap[id]).map(fetchBundle)).then(() => ready(...ids.map(require)));
  };

  const define: CometLoader['define'] = (id, dependencies, factory, flags = esModule) => {
    modulesMap[id] ??= {
      id,
      dependencies,
      factory,
      exports: {},
      defaultExport: undefined,
      factoryFinished: false,
      flags,
    };
  };

  Object.assign(window, { require, importDefault, importNamespace, requireLazy, __d: define });
  return { define };
}
