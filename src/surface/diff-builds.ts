import type { Surface } from '../contracts/surface.ts';

export interface BuildDiff {
  modules: { removed: string[]; added: string[] };
  /** As `Module.export`, of modules that both builds have. */
  exports: { removed: string[]; added: string[] };
  collections: { removed: string[]; added: string[] };
  /** Modules that are loaded at another time: 1 at start, 2 once logged in, `lazy` on demand. */
  tiers: { module: string; from: string; to: string }[];
  behaviours: { name: string; from: string; to: string }[];
}

/** The changes from one build to another. */
export function diffBuilds(from: Surface, to: Surface): BuildDiff {
  const shared = Object.keys(from.modules).filter((name) => name in to.modules);
  const exportsOf = (surface: Surface) =>
    shared.flatMap((module) => Object.keys(surface.modules[module]?.exports ?? {}).map((name) => `${module}.${name}`));
  return {
    modules: compare(Object.keys(from.modules), Object.keys(to.modules)),
    exports: compare(exportsOf(from), exportsOf(to)),
    collections: compare(Object.keys(from.collections), Object.keys(to.collections)),
    tiers: shared.flatMap((module) => {
      const [before, after] = [String(from.modules[module]?.tier), String(to.modules[module]?.tier)];
      return before === after ? [] : [{ module, from: before, to: after }];
    }),
    behaviours: Object.entries(from.behaviours).flatMap(([name, value]) => {
      const after = to.behaviours[name as keyof Surface['behaviours']];
      return value === after ? [] : [{ name, from: String(value), to: String(after) }];
    }),
  };
}

function compare(before: readonly string[], after: readonly string[]): { removed: string[]; added: string[] } {
  const [old, now] = [new Set(before), new Set(after)];
  return {
    removed: before.filter((name) => !now.has(name)).sort(),
    added: after.filter((name) => !old.has(name)).sort(),
  };
}
