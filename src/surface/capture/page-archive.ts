import type { Members, Parameters } from '../../contracts/shape.ts';
import type { ExportKind, Tier } from '../../contracts/surface.ts';
import type { ModuleText } from './module-text.ts';
import type { ClassMembers } from './read-class.ts';
import {
  called,
  type Foreign,
  type KnownValue,
  type ModuleFacts,
  type ModuleValue,
  readModule,
} from './read-module.ts';

/** One export of a module, with everything that other modules add to it resolved. */
export interface ExportFacts {
  kind: ExportKind;
  members: Members | null;
  /** Of the export itself under `''`, of its methods under their names. */
  parameters: Map<string, Parameters>;
}

/** Null also for code that is nested so deeply that reading it exceeds the stack: one such module does not end a capture. */
function readModuleOrNull(text: ModuleText): ModuleFacts | null {
  try {
    return readModule(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** So many modules are kept parsed: what a page has in all is more than a gigabyte of syntax trees. */
const mostParsed = 60;

/** The modules of one archived page. A module is parsed when it is asked for. */
export class PageArchive {
  readonly #texts: ReadonlyMap<string, ModuleText>;
  /** The parsed modules, the one that was asked for last at the end. */
  readonly #facts = new Map<string, ModuleFacts | null>();
  readonly #resolving = new Set<string>();
  #consulted = new Set<string>();

  constructor(texts: Iterable<ModuleText>) {
    this.#texts = new Map([...texts].map((each) => [each.name, each]));
  }

  get names(): string[] {
    return [...this.#texts.keys()];
  }

  has(module: string): boolean {
    return this.#texts.has(module);
  }

  text(module: string): ModuleText | undefined {
    return this.#texts.get(module);
  }

  /** Null for a module that is not in the archive, or whose text cannot be parsed. */
  module(name: string): ModuleFacts | null {
    this.#consulted.add(name);
    const known = this.#facts.get(name);
    const text = this.#texts.get(name);
    const facts = known !== undefined ? known : text ? readModuleOrNull(text) : null;
    this.#facts.delete(name);
    this.#facts.set(name, facts);
    if (this.#facts.size > mostParsed) this.#facts.delete(this.#facts.keys().next().value as string);
    return facts;
  }

  /** The names of the modules that some work asks for, those that are not in the archive included, with its result. */
  consulting<Result>(work: () => Result): { result: Result; consulted: ReadonlySet<string> } {
    const consulted = new Set<string>();
    const outer = this.#consulted;
    this.#consulted = consulted;
    try {
      return { result: work(), consulted };
    } finally {
      this.#consulted = outer;
    }
  }

  export(module: string, name: string): ExportFacts | null {
    const value = this.module(module)?.exports.get(name);
    if (!value) return null;
    const known = this.#resolve(value);
    const members = known.kind === 'class' || known.kind === 'object' ? known.members : undefined;
    const parameters = new Map(members?.parameters ?? []);
    if (known.kind === 'function' && known.parameters) parameters.set('', known.parameters);
    return { kind: known.kind, members: members ? this.#members(members) : null, parameters };
  }

  /** The keys of an exported object that hold exports of other modules, each with its `Module.export`. */
  keysOf(module: string, name: string): Record<string, string> {
    const value = this.module(module)?.exports.get(name);
    const members = value?.kind === 'object' ? value.members : undefined;
    return Object.fromEntries(
      [...(members?.from ?? [])].flatMap(([key, each]) => [
        [key, this.#place(each) ?? `${each.module}.${each.export}`],
      ]),
    );
  }

  /** The modules in the closure of the static dependencies of one module, itself included. */
  closureOf(module: string): Set<string> {
    const closure = new Set<string>();
    const waiting = [module];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (closure.has(name) || !this.has(name)) continue;
      closure.add(name);
      waiting.push(...(this.#texts.get(name)?.dependencies ?? []));
    }
    return closure;
  }

  /**
   * When each module is available; see `tierSchema`.
   *
   * @param deferred the modules that the page loads by itself after the start, as its html lists them
   */
  tiers(deferred: readonly string[]): (module: string) => Tier {
    const start = this.closureOf('WAWebAppBootstrap');
    const loggedIn = new Set(['WAWebMainWrapper', ...deferred].flatMap((each) => [...this.closureOf(each)]));
    return (module) => (start.has(module) ? 1 : loggedIn.has(module) ? 2 : 'lazy');
  }

  #resolve(value: ModuleValue): KnownValue {
    if (value.kind !== 'from') return value;
    const key = `${value.module}.${value.export}.${value.path.map(String).join('.')}`;
    const fallback: KnownValue = value.otherwise ?? { kind: 'unknown' };
    if (this.#resolving.has(key)) return fallback;
    this.#resolving.add(key);
    try {
      const found = this.#follow(value);
      return found.kind === 'unknown' ? fallback : found;
    } finally {
      this.#resolving.delete(key);
    }
  }

  #follow({ module, export: name, path }: Foreign): KnownValue {
    const facts = this.module(module);
    if (!facts) return { kind: 'unknown' };
    if (name === null) return { kind: 'object' };
    let at = this.#exportOf(facts, name);
    for (const step of path) {
      if (step === called)
        at = at.kind === 'function' && at.returns ? this.#resolve(at.returns()) : { kind: 'unknown' };
      else at = at.kind === 'object' && at.member ? this.#resolve(at.member(step)) : { kind: 'unknown' };
    }
    // An object of which nothing shows may be a function with members.
    return path.length > 0 && at.kind === 'object' && !at.members ? { kind: 'unknown' } : at;
  }

  /** The default export of a module that has none is its exports object. */
  #exportOf(facts: ModuleFacts, name: string): KnownValue {
    const found = facts.exports.get(name);
    if (found) return this.#resolve(found);
    if (name !== 'default') return { kind: 'unknown' };
    return { kind: 'object', member: (key) => facts.exports.get(key) ?? { kind: 'unknown' } };
  }

  #members({ kinds, statics, whole, extends: base, model }: ClassMembers): Members {
    const lists: Partial<Record<string, string[]>> = {};
    for (const [name, kind] of kinds) {
      const list = lists[kind] ?? [];
      lists[kind] = list;
      list.push(name);
    }
    const from = base && this.#place(base);
    const of = model && this.#place(model);
    return {
      ...lists,
      ...(statics.size > 0 ? { statics: [...statics] } : {}),
      ...(from ? { extends: from } : {}),
      ...(of ? { model: of } : {}),
      ...(whole && (!base || from) ? { whole: true as const } : {}),
    };
  }

  /** `Module.export` of a class; null when it is not in the archive. */
  #place(value: ModuleValue): string | null {
    if (value.kind !== 'from' || value.export === null || !this.module(value.module)?.exports.has(value.export))
      return null;
    return `${value.module}.${value.export}`;
  }
}
