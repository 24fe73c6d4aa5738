import type { ModuleExports } from './build-exports.ts';

type WebpackFactory = (module: { exports: ModuleExports }, exports: ModuleExports, require: WebpackRequire) => void;

/** `require` of the webpack runtime; `m` holds the factories. */
interface WebpackRequire {
  (id: string | number): ModuleExports;
  m: Record<string, WebpackFactory>;
}

type Chunk = [ids: unknown[], factories: Record<string, WebpackFactory>, run?: (require: WebpackRequire) => void];

export interface WebpackLoader {
  /** Adds a chunk of modules. */
  define(modules: Record<string, () => ModuleExports>): void;
}

/** The global that chunks of WhatsApp Web up to 2.24xx push to. */
const chunkGlobal = 'webpackChunkwhatsapp_web_client';

/** The webpack runtime of builds before Comet: modules have numbers, and any factory can be called. */
export function installWebpackLoader(): WebpackLoader {
  const cache: Record<string, { exports: ModuleExports }> = {};

  const require = ((id: string | number) => {
    const known = cache[id];
    if (known) return known.exports;
    const factory = require.m[id];
    if (!factory) throw new Error(`Cannot find module '${id}'`);
    const module = { exports: {} as ModuleExports };
    cache[id] = module;
    factory(module, module.exports, require);
    return module.exports;
  }) as WebpackRequire;
  require.m = {};

  const chunks: Chunk[] = [];
  chunks.push = (...added) => {
    for (const [, factories, run] of added) {
      Object.assign(require.m, factories);
      run?.(require);
    }
    return chunks.length;
  };
  Object.assign(window, { [chunkGlobal]: chunks });

  let nextId = 10_000;
  return {
    define(modules) {
      const factories: Record<string, WebpackFactory> = {};
      for (const exportsOf of Object.values(modules)) {
        factories[nextId++] = (module) => {
          module.exports = exportsOf();
        };
      }
      chunks.push([[nextId], factories]);
    },
  };
}
