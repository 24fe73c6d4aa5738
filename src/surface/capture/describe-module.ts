import type { ArchivedShapes } from '../../contracts/build-data.ts';
import type { Members } from '../../contracts/shape.ts';
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
  const members: Record<string, Members> = {};
  const parameters: NonNullable<ArchivedShapes['modules'][string]['parameters']> = {};
  for (const name of exports) {
    const facts = archive.export(module, name);
    if (!facts) continue;
    const whole = facts.members && withoutCopy(facts.members, module, members);
    if (whole) members[name] = whole;
    for (const [method, each] of facts.parameters) {
      if (method === '') parameters[name] = each;
      else if (whole === facts.members) parameters[`${name}.${method}`] = each;
    }
  }
  const [hasMembers, hasParameters] = [Object.keys(members).length > 0, Object.keys(parameters).length > 0];
  if (!hasMembers && !hasParameters) return null;
  return { ...(hasMembers ? { members } : {}), ...(hasParameters ? { parameters } : {}) };
}

/** An instance whose class is exported too inherits everything from it. */
function withoutCopy(members: Members, module: string, known: Record<string, Members>): Members {
  const same = Object.entries(known).find(
    ([, { statics: _, ...each }]) => JSON.stringify(each) === JSON.stringify(members),
  );
  const own = Object.keys(members).some((key) => key === 'methods' || key === 'props' || key === 'otherFields');
  return same && own ? { extends: `${module}.${same[0]}`, whole: true } : members;
}
