type Exports = Record<string, unknown>;
type Factory = (module: { exports: Exports }, exports: Exports, require: WebpackRequire) => void;

/** `require` of the webpack runtime; `m` holds the factories. */
interface WebpackRequire {
  (id: string | number): Exports;
  m: Record<string, Factory>;
}

type Chunk = [ids: unknown[], factories: Record<string, Factory>, run?: (require: WebpackRequire) => void];

export interface WebpackLoader {
  /** Adds a chunk with these modules. */
  define(modules: Record<string, () => Exports>): void;
}

/** Global that the chunks of WhatsApp Web up to 2.24xx are pushed to. */
const chunkGlobal = 'webpackChunkwhatsapp_web_client';

/** The webpack runtime of builds before Comet: modules have numbers, every factory can be called. */
export function installWebpackLoader(): WebpackLoader {
  const cache: Record<string, { exports: Exports }> = {};

  const require = ((id: string | number) => {
    const known = cache[id];
    if (known) return known.exports;
    const factory = require.m[id];
    if (!factory) throw new Error(`Cannot find module '${id}'`);
    const module = { exports: {} as Exports };
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
      const factories: Record<string, Factory> = {};
      for (const exportsOf of Object.values(modules)) {
        factories[nextId++] = (module) => {
          module.exports = exportsOf();
        };
      }
      chunks.push([[nextId], factories]);
    },
  };
}
