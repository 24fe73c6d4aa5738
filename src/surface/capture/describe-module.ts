import type { ArchivedShapes } from '../../contracts/build-data.ts';
import type { Members, Parameters } from '../../contracts/shape.ts';
import type { ExportKind } from '../../contracts/surface.ts';
import type { PageArchive } from './page-archive.ts';

/** What the code of a module, with that of the modules whose exports it hands on, shows of it. */
export interface ModuleDescription {
  /** Kinds are `unknown` where only an evaluation or a use shows them. */
  exports: Record<string, ExportKind>;
  shapes: ArchivedShapes['modules'][string] | null;
  /** See `ModuleFacts`. */
  hasPlainDefault: boolean;
  /** Names of the events that it triggers, sorted. */
  events: string[];
  /** Of a default export that is an object: the keys that hold exports of other modules, each with its `Module.export`. */
  keys: Record<string, string>;
}

/** Null for a module that is not in the archive, or whose text cannot be parsed. */
export function describeModule(archive: PageArchive, name: string): ModuleDescription | null {
  const facts = archive.module(name);
  if (!facts) return null;
  const names = [...facts.exports.keys()];
  return {
    exports: Object.fromEntries(names.map((key) => [key, archive.export(name, key)?.kind ?? 'unknown'])),
    shapes: shapesOf(archive, name, names),
    hasPlainDefault: facts.hasPlainDefault,
    events: facts.events,
    keys: archive.keysOf(name, 'default'),
  };
}

function shapesOf(
  archive: PageArchive,
  module: string,
  exports: readonly string[],
): ArchivedShapes['modules'][string] | null {
  const members = new Map<string, Members>();
  const firstWith = new Map<string, string>();
  const parameters = new Map<string, Parameters>();
  for (const name of exports) {
    const facts = archive.export(module, name);
    if (!facts) continue;
    const whole = facts.members && withoutCopy(facts.members, module, firstWith);
    if (whole) {
      const { statics: _, ...inherited } = whole;
      const text = JSON.stringify(inherited);
      if (!firstWith.has(text)) firstWith.set(text, name);
      members.set(name, whole);
    }
    for (const [method, each] of facts.parameters) {
      if (method === '') parameters.set(name, each);
      else if (whole === facts.members) parameters.set(`${name}.${method}`, each);
    }
  }
  if (members.size === 0 && parameters.size === 0) return null;
  return {
    ...(members.size > 0 ? { members: Object.fromEntries(members) } : {}),
    ...(parameters.size > 0 ? { parameters: Object.fromEntries(parameters) } : {}),
  };
}

/**
 * An instance whose class is exported too inherits everything from it.
 *
 * @param firstWith the first export with members that are inherited, by their JSON
 */
function withoutCopy(members: Members, module: string, firstWith: ReadonlyMap<string, string>): Members {
  const same = firstWith.get(JSON.stringify(members));
  const own = Object.keys(members).some((key) => key === 'methods' || key === 'props' || key === 'otherFields');
  return same !== undefined && own ? { extends: `${module}.${same}`, whole: true } : members;
}
