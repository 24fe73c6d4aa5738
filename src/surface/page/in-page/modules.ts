import type { ModelCount, ObservedPage } from '../../../contracts/capture.ts';
import type { ExportKind } from '../../../contracts/surface.ts';

/** The fields of a module in the loader of Comet builds that this file reads. */
export interface RegisteredModule {
  exports: unknown;
  factory: unknown;
  factoryFinished: boolean;
  special: number;
}

export type ModulesMap = Readonly<Record<string, RegisteredModule>>;

/** Bit of `special`: an ES module, of which `require` returns the default export where there is one. */
const esModule = 64;

/** The registered modules of the page; empty before there is a loader. No factory runs for it, and no error reaches code of the page. */
export function modulesOf(page: object): ModulesMap {
  const { require } = page as { require?: (id: string) => { modulesMap?: ModulesMap } | undefined };
  try {
    return require?.('__debug')?.modulesMap ?? {};
  } catch {
    return {};
  }
}

/** Each registered module, and the exports of those that have run. */
export function observeModules(modules: ModulesMap): ObservedPage['modules'] {
  return Object.fromEntries(
    Object.entries(modules).map(([name, { special, factoryFinished, exports }]) => {
      const isEsModule = (special & esModule) !== 0;
      const hasRun = factoryFinished && isObject(exports) && !Array.isArray(exports);
      return [name, { isEsModule, ...(hasRun && { exports: kindsIn(exports) }) }];
    }),
  );
}

function kindsIn(exports: object): Record<string, ExportKind> {
  const all = Object.entries(Object.getOwnPropertyDescriptors(exports));
  return Object.fromEntries(all.map(([name, each]) => [name, kindOf(each)]));
}

/** A getter is not called. */
function kindOf(descriptor: PropertyDescriptor): ExportKind {
  if (!('value' in descriptor)) return 'unknown';
  const { value } = descriptor;
  if (typeof value === 'function') return isClass(value) ? 'class' : 'function';
  return isObject(value) ? 'object' : 'value';
}

function isClass(value: { prototype?: unknown }): boolean {
  return isObject(value.prototype) && Object.getOwnPropertyNames(value.prototype).length > 1;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What a module exports that has run; `undefined` for any other. The module is not made to run. */
export function exportOf(modules: ModulesMap, module: string, name: string): unknown {
  const { factoryFinished, exports } = modules[module] ?? {};
  return factoryFinished && isObject(exports) ? Object.getOwnPropertyDescriptor(exports, name)?.value : undefined;
}

/** The models of a collection of the page, in its sequence. */
export function modelsOf(modules: ModulesMap, key: string): object[] {
  const all = exportOf(modules, 'WAWebCollections', 'default');
  return isObject(all) ? modelsIn(Object.getOwnPropertyDescriptor(all, key)?.value) : [];
}

function modelsIn(collection: unknown): object[] {
  const models = isObject(collection) ? (collection as { _models?: unknown })._models : undefined;
  return Array.isArray(models) ? models.filter(isObject) : [];
}

/** The collections of the page, each with the exports of other modules that hold it. */
export function observeCollections(modules: ModulesMap): ObservedPage['collections'] {
  const all = exportOf(modules, 'WAWebCollections', 'default');
  if (!isObject(all)) return null;
  const collections = Object.entries(Object.getOwnPropertyDescriptors(all)).map(([key, { value }]) => [key, value]);
  const places = placesOf(modules, new Set(collections.map(([, value]) => value)));
  return Object.fromEntries(
    collections.map(([key, value]) => [
      key,
      { places: places.get(value) ?? [], models: countOf(modelsIn(value).length) },
    ]),
  );
}

/** `Module.export` of the wanted values, wherever modules that have run export them. */
function placesOf(modules: ModulesMap, wanted: ReadonlySet<unknown>): Map<unknown, string[]> {
  const places = new Map<unknown, string[]>();
  for (const [module, { factoryFinished, exports }] of Object.entries(modules)) {
    if (!factoryFinished || !isObject(exports) || module === 'WAWebCollections') continue;
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
      if (isObject(value) && wanted.has(value)) places.set(value, [...(places.get(value) ?? []), `${module}.${name}`]);
    }
  }
  return places;
}

function countOf(models: number): ModelCount {
  if (models === 0) return 'none';
  return models > 10 ? 'more than 10' : 'up to 10';
}
