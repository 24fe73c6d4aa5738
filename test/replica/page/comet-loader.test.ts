import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type CometLoader,
  installCometLoader,
  type ModuleDefinition,
} from '../../../src/replica/page/loader/comet-loader.ts';

interface Global {
  require(id: string): unknown;
  importNamespace(id: string): unknown;
  requireLazy(ids: string[], ready: (...modules: unknown[]) => void): void;
  __onBeforeModuleFactory?: (definition: ModuleDefinition) => void;
  __onAfterModuleFactory?: (definition: ModuleDefinition) => void;
  Env?: object;
}

let page: Global;
let loader: CometLoader;
const reports: unknown[] = [];
const fetchBundle = vi.fn(async (id: string) => {
  if (id === 'Lazy') define('Lazy', { x: 1 });
});
const define = (id: string, exports: Record<string, unknown>, dependencies: string[] = [], special?: number) =>
  loader.define(
    id,
    dependencies,
    (_global, _require, _default, _namespace, _lazy, module) => {
      module.exports = exports;
    },
    special,
  );
const definition = (id: string) =>
  (page.require('__debug') as { modulesMap: Record<string, ModuleDefinition> }).modulesMap[id] as ModuleDefinition;

beforeEach(() => {
  vi.stubGlobal('window', {});
  page = window as unknown as Global;
  vi.spyOn(console, 'error').mockImplementation(() => {});
  loader = installCometLoader(
    fetchBundle,
    () => false,
    (...report) => void reports.push(report),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a factory runs at the first require, and only then', () => {
  define('A', { a: 1 });
  expect(definition('A')).toMatchObject({ factoryFinished: false, factoryLength: 6, exports: {} });
  expect(page.require('A')).toEqual({ a: 1 });
  expect(definition('A')).toMatchObject({ factoryFinished: true, exports: { a: 1 } });
});

test('require returns the default export of an ES module that has one, else all exports', () => {
  define('Es', { default: 1, other: 2 });
  define('EsWithout', { other: 2 });
  define('Common', { default: 1, other: 2 }, [], 2);
  expect(page.require('Es')).toBe(1);
  expect(page.importNamespace('Es')).toEqual({ default: 1, other: 2 });
  expect(page.require('EsWithout')).toEqual({ other: 2 });
  expect(page.require('Common')).toEqual({ default: 1, other: 2 });
});

test('an unknown name is undefined and one error in the console, inside of a guard it throws', () => {
  expect([page.require('No'), page.require('Nor')]).toEqual([undefined, undefined]);
  expect(console.error).toHaveBeenCalledTimes(1);
  const inner = vi.fn(() => page.require('No'));
  expect(loader.guard.applyWithGuard(inner, null)).toBeUndefined();
  expect(inner.mock.results[0]?.type).toBe('throw');
  loader.guard.skipGuardGlobal(true);
  expect(() => page.require('No')).toThrow('Requiring unknown module "No"');
});

test('a module with an unregistered dependency is registered and cannot be required until the dependency is there', () => {
  define('B', { b: 1 }, ['A', 'C']);
  define('A', {});
  expect(page.require('B')).toBeUndefined();
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining('"B" with unresolved dependencies: "C"'));
  expect(definition('B').dependencies).toEqual([definition('A'), null]);
  define('C', {});
  expect(page.require('B')).toEqual({ b: 1 });
});

test('code that watches modules hears of each factory before and after it ran', () => {
  const heard: string[] = [];
  page.__onBeforeModuleFactory = ({ id, factoryFinished }) => void heard.push(`before ${id} ${factoryFinished}`);
  page.__onAfterModuleFactory = ({ id, exports }) => void heard.push(`after ${id} ${Object.keys(exports)}`);
  define('A', { a: 1 });
  page.require('A');
  page.require('A');
  expect(heard).toEqual(['before A false', 'after A a']);
});

test('factories are dropped after use where the page says so', () => {
  page.Env = { clear_js_factory_after_used: true };
  define('A', { a: 1 });
  expect(page.require('A')).toEqual({ a: 1 });
  expect(definition('A').factory).toBeNull();
  expect(page.require('A')).toEqual({ a: 1 });
});

test('a factory that throws makes each later require throw the same', () => {
  loader.define('Bad', [], () => {
    throw new Error('broken');
  });
  expect(() => page.require('Bad')).toThrow('broken');
  expect(() => page.require('Bad')).toThrow('broken');
  expect(definition('Bad').hasError).toBe(true);
});

test('a lazy module is there after its bundle came', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  page.requireLazy(['Lazy'], resolve);
  expect(await promise).toEqual({ x: 1 });
});

test('a setter on the page does not catch the definition of modules', () => {
  const caught = vi.fn();
  vi.stubGlobal('window', Object.defineProperty({}, '__d', { set: caught, configurable: true }));
  installCometLoader(fetchBundle, () => false, vi.fn());
  expect(caught).not.toHaveBeenCalled();
  expect(typeof (window as unknown as { __d: unknown }).__d).toBe('function');
});
