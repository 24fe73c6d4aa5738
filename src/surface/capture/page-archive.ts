import type { Members, Parameters } from '../../contracts/shape.ts';
import type { ExportKind, Tier } from '../../contracts/surface.ts';
import type { ModuleText } from './module-text.ts';
import type { ClassMembers } from './read-class.ts';
import {
  called,
  type Foreign,
  type KnownValue,
  type MemberKind,
  type ModuleFacts,
  type ModuleValue,
  memberOf,
  readModule,
  returnedOf,
} from './read-module.ts';
import { SharedValues } from './shared-values.ts';

/** One export of a module, with everything that other modules add to it resolved. */
export interface ExportFacts {
  kind: ExportKind;
  members: Members | null;
  /** Of the export itself under `''`, of its methods under their names. */
  parameters: Map<string, Parameters>;
}

/** Members by their kind. A page has tens of thousands of classes and objects: with a table for each they take four times the memory. */
interface ListedMembers extends Omit<ClassMembers, 'kinds' | 'statics' | 'parameters' | 'from'> {
  lists: Partial<Record<MemberKind | 'statics', string[]>>;
  parameters: ReadonlyMap<string, Parameters>;
  from: ReadonlyMap<string, Foreign>;
}

/** What is kept of a module: no syntax tree, which takes a hundred times the memory of the rest. */
type KeptFacts = ModuleFacts<ListedMembers>;
type KeptValue = ModuleValue<ListedMembers>;

/** The members and functions of a module as they are kept. */
class Keeper {
  readonly #shared: SharedValues;

  constructor(shared: SharedValues) {
    this.#shared = shared;
  }

  /** @param again gives the exports with the syntax tree, where alone it shows what a function returns and what a member of an object is */
  facts({ name, exports, events, ...others }: ModuleFacts, again: (name: string) => ModuleValue): KeptFacts {
    const kept = new Map<string, KeptValue>();
    for (const [key, value] of exports) kept.set(this.#shared.name(key), this.value(value, key, again));
    return { ...others, name, exports: kept, events: this.#shared.names(events) };
  }

  value(value: ModuleValue, name: string, again: (name: string) => ModuleValue): KeptValue {
    switch (value.kind) {
      case 'function':
        return {
          kind: 'function',
          ...(value.parameters !== undefined && { parameters: this.#parameters(value.parameters) }),
          returns: () => this.#inTree(returnedOf(again(name))),
        };
      case 'class':
        return { kind: 'class', members: this.#listed(value.members) };
      case 'object':
        return {
          kind: 'object',
          ...(value.members && { members: this.#listed(value.members) }),
          member: (key) => this.#inTree(memberOf(again(name), key)),
        };
      case 'from':
        return this.#foreign(value);
      default:
        return value;
    }
  }

  /** A value that is there only as long as its tree. */
  #inTree(value: ModuleValue): KeptValue {
    return this.value(value, '', () => value);
  }

  #listed({ kinds, statics, parameters, from, ...others }: ClassMembers): ListedMembers {
    const lists: ListedMembers['lists'] = {};
    for (const [name, kind] of kinds) {
      const list = lists[kind] ?? [];
      lists[kind] = list;
      list.push(this.#shared.name(name));
    }
    if (statics.size > 0) lists.statics = this.#shared.names(statics);
    return {
      ...others,
      lists,
      parameters: parameters.size > 0 ? this.#table(parameters, (each) => this.#shared.parameters(each)) : none,
      from: from.size > 0 ? this.#table(from, (each) => this.#foreign(each)) : none,
    };
  }

  #table<Each>(table: ReadonlyMap<string, Each>, kept: (each: Each) => Each): Map<string, Each> {
    return new Map(Array.from(table, ([name, each]) => [this.#shared.name(name), kept(each)]));
  }

  #parameters(parameters: Parameters | null): Parameters | null {
    return parameters && this.#shared.parameters(parameters);
  }

  #foreign({ module, export: name, path, ...others }: Foreign): Foreign {
    return {
      ...others,
      module: this.#shared.name(module),
      export: name && this.#shared.name(name),
      path: path.length > 0 ? path.map((each) => (each === called ? each : this.#shared.name(each))) : direct,
    };
  }
}

const direct: Foreign['path'] = [];
const none: ReadonlyMap<string, never> = new Map<string, never>();

/** Null also for code that is nested so deeply that reading it exceeds the stack: one such module does not end a capture. */
function readModuleOrNull(text: ModuleText): ModuleFacts | null {
  try {
    return readModule(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** So many syntax trees are kept: those of all modules of a page are more than a gigabyte. */
const mostTrees = 8;

/** The modules of one archived page. A module is parsed when it is asked for, and again only where an answer takes its syntax tree. */
export class PageArchive {
  readonly #texts: ReadonlyMap<string, ModuleText>;
  readonly #facts = new Map<string, KeptFacts | null>();
  /** Facts with their syntax trees, those that were asked for last at the end. */
  readonly #trees = new Map<string, ModuleFacts | null>();
  readonly #resolving = new Set<string>();
  #consulted = new Set<string>();
  readonly #keeper: Keeper;

  constructor(texts: Iterable<ModuleText>, shared = new SharedValues()) {
    this.#keeper = new Keeper(shared);
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
  module(name: string): KeptFacts | null {
    this.#consulted.add(name);
    const known = this.#facts.get(name);
    if (known !== undefined) return known;
    const read = this.#withTree(name);
    const facts =
      read && this.#keeper.facts(read, (key) => this.#withTree(name)?.exports.get(key) ?? { kind: 'unknown' });
    this.#facts.set(name, facts);
    return facts;
  }

  #withTree(name: string): ModuleFacts | null {
    const known = this.#trees.get(name);
    const text = this.#texts.get(name);
    const facts = known !== undefined ? known : text ? readModuleOrNull(text) : null;
    this.#trees.delete(name);
    this.#trees.set(name, facts);
    if (this.#trees.size > mostTrees) this.#trees.delete(this.#trees.keys().next().value as string);
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

  #resolve(value: KeptValue): KnownValue<ListedMembers> {
    if (value.kind !== 'from') return value;
    const key = `${value.module}.${value.export}.${value.path.map(String).join('.')}`;
    const fallback = value.otherwise ?? { kind: 'unknown' };
    if (this.#resolving.has(key)) return fallback;
    this.#resolving.add(key);
    try {
      const found = this.#follow(value);
      return found.kind === 'unknown' ? fallback : found;
    } finally {
      this.#resolving.delete(key);
    }
  }

  #follow({ module, export: name, path }: Foreign): KnownValue<ListedMembers> {
    const facts = this.module(module);
    if (!facts) return { kind: 'unknown' };
    if (name === null) return { kind: 'object' };
    let at = this.#exportOf(facts, name);
    for (const step of path) at = this.#resolve(step === called ? returnedOf(at) : memberOf(at, step));
    // An object of which nothing shows may be a function with members.
    return path.length > 0 && at.kind === 'object' && !at.members ? { kind: 'unknown' } : at;
  }

  /** The default export of a module that has none is its exports object. */
  #exportOf(facts: KeptFacts, name: string): KnownValue<ListedMembers> {
    const found = facts.exports.get(name);
    if (found) return this.#resolve(found);
    if (name !== 'default') return { kind: 'unknown' };
    return { kind: 'object', member: (key) => facts.exports.get(key) ?? { kind: 'unknown' } };
  }

  #members({ lists, whole, extends: base, model }: ListedMembers): Members {
    const from = base && this.#place(base);
    const of = model && this.#place(model);
    return {
      ...lists,
      ...(from ? { extends: from } : {}),
      ...(of ? { model: of } : {}),
      ...(whole && (!base || from) ? { whole: true as const } : {}),
    };
  }

  /** `Module.export` of a class; null when it is not in the archive. */
  #place(value: KeptValue | ModuleValue): string | null {
    if (value.kind !== 'from' || value.export === null || !this.module(value.module)?.exports.has(value.export))
      return null;
    return `${value.module}.${value.export}`;
  }
}
