import type { Node } from 'oxc-parser';
import type { Members, Parameters } from '../../contracts/shape.ts';
import { isCallable } from '../extract/library-code.ts';
import type { Callable } from '../extract/values.ts';
import { walk } from '../extract/walk.ts';
import { type ModuleText, parseCode } from './module-text.ts';
import { parametersOf } from './parameters-of.ts';
import { type ClassMembers, noMembers, readClass } from './read-class.ts';
import {
  expressionsOf,
  keyName,
  ModuleScope,
  nameOfMember,
  returnedBy,
  statementsOf,
  type TimeOfRun,
} from './scope.ts';

/** What an expression of an archived module stands for. @typeParam Its the members of a class or an object */
export type ModuleValue<Its = ClassMembers> = KnownValue<Its> | Foreign;

export type KnownValue<Its = ClassMembers> =
  | { kind: 'function'; parameters?: Parameters | null; returns?: () => ModuleValue<Its> }
  | { kind: 'class'; members: Its }
  | { kind: 'object'; members?: Its; member?: (name: string) => ModuleValue<Its> }
  | { kind: 'value' }
  | { kind: 'unknown' };

/** An export of another module, or all of its exports, and what is done with it: members are read, functions called. */
export interface Foreign {
  kind: 'from';
  module: string;
  export: string | null;
  path: readonly (string | typeof called)[];
  /** What it is when the other module does not show it. */
  otherwise?: { kind: 'function' } | { kind: 'unknown' };
}

/** Stands for a call in the path of a foreign value. */
export const called = Symbol('called');

const unknown = { kind: 'unknown' } as const;
const plain: KnownValue = { kind: 'value' };

export interface ModuleFacts<Its = ClassMembers> {
  name: string;
  exports: Map<string, ModuleValue<Its>>;
  /** True when it has an export `default` and no mark of an ES module, so that `require` returns all exports. */
  hasPlainDefault: boolean;
  /** Names of the events that its code triggers. */
  events: string[];
}

/** @returns null when the text is cut off or is no module definition. */
export function readModule({ name, text }: ModuleText): ModuleFacts | null {
  const { program, errors } = parseCode(name, text);
  const call = program.body[0]?.type === 'ExpressionStatement' ? program.body[0].expression : null;
  const definition = call?.type === 'SequenceExpression' ? call.expressions[0] : call;
  if (errors.length > 0 || definition?.type !== 'CallExpression') return null;
  const factory = definition.arguments[2];
  if (!isCallable(factory as Node)) return null;
  const flags = definition.arguments[3];
  const isEsModule = flags?.type !== 'Literal' || typeof flags.value !== 'number' || (flags.value & esModule) !== 0;
  return new ModuleReader(name, text, factory as Callable, isEsModule).read();
}

/** What a call of a value returns. */
export function returnedOf<Its>(value: ModuleValue<Its>): ModuleValue<Its> {
  return (value.kind === 'function' && value.returns?.()) || unknown;
}

/** A member of a value. */
export function memberOf<Its>(value: ModuleValue<Its>, name: string): ModuleValue<Its> {
  return (value.kind === 'object' && value.member?.(name)) || unknown;
}

/** Bit of the last argument of a definition: `require` returns the default export where there is one. */
const esModule = 64;

/** Positions of the parameters of a factory. */
const places = { require: 1, importDefault: 2, importNamespace: 3, module: 5, exports: 6 };

class ModuleReader {
  readonly #name: string;
  readonly #factory: Callable;
  readonly #scope: ModuleScope;
  /** The parameters that load other modules; a compiler uses their names again once none is loaded any more. */
  readonly #loaders: ReadonlySet<Node>;
  readonly #namespace: Node | undefined;
  readonly #module: string | undefined;
  readonly #exports: string | undefined;
  readonly #isEsModule: boolean;
  readonly #text: string;
  readonly #evaluating = new Set<Node>();
  #replacesExports = false;

  constructor(name: string, text: string, factory: Callable, isEsModule: boolean) {
    this.#name = name;
    this.#text = text;
    this.#isEsModule = isEsModule;
    this.#factory = factory;
    const named = factory.params.flatMap((each) => (each.type === 'Identifier' ? [each] : []));
    const parameters = new Map(named.map((node) => [node.name, { node, scope: outside }]));
    this.#scope = new ModuleScope(null, statementsOf(factory), { parameters });
    const parameter = (at: number) => named.find((each) => each === factory.params[at]);
    this.#namespace = parameter(places.importNamespace);
    this.#module = parameter(places.module)?.name;
    this.#exports = parameter(places.exports)?.name ?? this.#module;
    this.#loaders = new Set(
      [places.require, places.importDefault, places.importNamespace].flatMap((at) => parameter(at) ?? []),
    );
  }

  read(): ModuleFacts {
    const exports = new Map<string, ModuleValue>();
    for (const statement of statementsOf(this.#factory)) {
      for (const each of expressionsOf(statement)) this.#readExport(each, exports);
    }
    const hasPlainDefault = !this.#isEsModule && !this.#replacesExports && exports.has('default');
    const events = this.#text.includes('trigger') ? triggeredEvents(this.#factory) : [];
    return { name: this.#name, exports, hasPlainDefault, events };
  }

  #readExport(node: Node, exports: Map<string, ModuleValue>): void {
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return;
    const { object } = node.left;
    const name = nameOfMember(node.left);
    if (object.type !== 'Identifier' || name === null) return;
    if (object.name === this.#module && name === 'exports') {
      // A module that is no ES module: what it assigns is what `require` returns.
      this.#replacesExports = true;
      for (const [key, value] of this.#exportsObject(node.right)) exports.set(key, value);
    } else if (object.name === this.#exports) exports.set(name, this.valueOf(node.right, this.#scope));
  }

  #exportsObject(node: Node): Map<string, ModuleValue> {
    const bound = node.type === 'Identifier' ? this.#scope.find(node.name, node.start) : undefined;
    const object = bound?.node ?? node;
    if (object.type !== 'ObjectExpression') return new Map([['default', this.valueOf(node, this.#scope)]]);
    const exports = new Map<string, ModuleValue>();
    for (const property of object.properties) {
      const key = property.type === 'Property' ? keyName(property) : null;
      if (property.type === 'Property' && key !== null) exports.set(key, this.valueOf(property.value, this.#scope));
    }
    return exports;
  }

  valueOf(node: Node, scope: ModuleScope): ModuleValue {
    if (this.#evaluating.has(node)) return unknown;
    this.#evaluating.add(node);
    try {
      return this.#evaluate(node, scope);
    } finally {
      this.#evaluating.delete(node);
    }
  }

  #evaluate(node: Node, scope: ModuleScope): ModuleValue {
    switch (node.type) {
      case 'Literal':
        return node.value instanceof RegExp ? { kind: 'object' } : plain;
      case 'TemplateLiteral':
      case 'UnaryExpression':
      case 'BinaryExpression':
        return plain;
      case 'ArrayExpression':
        return { kind: 'object' };
      case 'Identifier':
        return this.#evaluateName(node, scope);
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.#evaluateFunction(node, scope);
      case 'ObjectExpression':
        return {
          kind: 'object',
          members: this.#objectMembers(node, scope),
          member: (name) => this.#memberOf(node, name, scope),
        };
      case 'CallExpression':
        return this.#evaluateCall(node, scope);
      case 'NewExpression':
        return this.#evaluateNew(node, scope);
      case 'MemberExpression':
        return this.#evaluateMember(node, scope);
      case 'AssignmentExpression':
        return this.valueOf(node.right, scope);
      case 'SequenceExpression':
        return this.valueOf(node.expressions.at(-1) as Node, scope);
      case 'LogicalExpression': {
        const right = this.valueOf(node.right, scope);
        return right.kind === 'unknown' ? this.valueOf(node.left, scope) : right;
      }
      case 'ConditionalExpression': {
        const [yes, no] = [this.valueOf(node.consequent, scope), this.valueOf(node.alternate, scope)];
        if (yes.kind === 'unknown') return no;
        return yes.kind === no.kind || no.kind === 'unknown' ? yes : unknown;
      }
      default:
        return unknown;
    }
  }

  #evaluateName({ name, start }: Node & { type: 'Identifier' }, scope: ModuleScope): ModuleValue {
    if (name === 'undefined' || name === 'NaN' || name === 'Infinity') return plain;
    const bound = scope.find(name, start);
    if (!bound) return unknown;
    const value = this.valueOf(bound.node, bound.scope);
    return withStatics(value, bound.properties, (each) => this.valueOf(each, bound.scope));
  }

  #evaluateFunction(node: Callable, scope: ModuleScope): ModuleValue {
    return {
      kind: 'function',
      parameters: this.#parameters(node, scope),
      returns: () => this.#evaluateCalled(node, [], scope, 'later'),
    };
  }

  #parameters(node: Callable, scope: ModuleScope): Parameters | null {
    let inner: ModuleScope | undefined;
    const ofCall = (callee: Node) => {
      inner ??= this.#scopeOf(node, scope);
      const value = this.valueOf(callee, inner);
      return value.kind === 'function' ? (value.parameters ?? null) : null;
    };
    return parametersOf(node, ofCall, this.#text.slice(node.start, node.end).includes('arguments'));
  }

  /** The names in the body of a function; its parameters hide outer names. */
  #scopeOf(node: Callable, outer: ModuleScope, runs: TimeOfRun = 'later', given: readonly Node[] = []): ModuleScope {
    const parameters = node.params.flatMap((each, i) => {
      const argument = given[i];
      return each.type === 'Identifier'
        ? [[each.name, argument ? { node: argument, scope: outer } : null] as const]
        : [];
    });
    return new ModuleScope(outer, statementsOf(node), { runs, parameters: new Map(parameters) });
  }

  #objectMembers(node: Node & { type: 'ObjectExpression' }, scope: ModuleScope): ClassMembers {
    const members = noMembers();
    for (const property of node.properties) {
      if (property.type === 'SpreadElement') {
        members.whole = false;
        continue;
      }
      const key = keyName(property);
      if (key === null) members.whole = false;
      else if (property.kind === 'init') {
        const value = this.valueOf(property.value, scope);
        members.kinds.set(key, 'keys');
        if (value.kind === 'from') members.from.set(key, value);
        if (value.kind === 'function' && value.parameters) members.parameters.set(key, value.parameters);
      } else members.kinds.set(key, 'accessors');
    }
    return members;
  }

  #memberOf(node: Node & { type: 'ObjectExpression' }, name: string, scope: ModuleScope): ModuleValue {
    const found = node.properties.find((each) => each.type === 'Property' && keyName(each) === name);
    return found?.type === 'Property' ? this.valueOf(found.value, scope) : unknown;
  }

  #evaluateCall(node: Node & { type: 'CallExpression' }, scope: ModuleScope): ModuleValue {
    const { callee } = node;
    const [first] = node.arguments as Node[];
    const loaded = this.#loaded(node, scope);
    if (loaded) return loaded;
    if (isCallable(callee)) return this.#evaluateCalled(callee, node.arguments as Node[], scope, 'in-place');
    const name = nameOfMember(callee) ?? (callee.type === 'Identifier' ? callee.name : null);
    if (first && name === 'asyncToGenerator') return this.valueOf(first, scope);
    if (first && name === 'defineModel') return this.valueOf(first, scope);
    if (first && (name === 'freeze' || name === 'seal')) return this.valueOf(first, scope);
    if (name === 'extends' || name === 'assign') return this.#merged(node.arguments as Node[], scope);
    if (callee.type === 'Identifier') {
      const bound = scope.find(callee.name, callee.start);
      if (bound && isCallable(bound.node))
        return this.#evaluateCalled(bound.node, node.arguments as Node[], bound.scope, 'later');
    }
    const by = this.valueOf(callee, scope);
    if (by.kind === 'function') return returnedOf(by);
    if (by.kind !== 'from') return unknown;
    if (first && by.module === '$InternalEnum') return this.#enumeration(first, scope);
    const wrapped = first && isCallable(first) ? this.valueOf(first, scope) : unknown;
    // What a wrapper returns is called like the function that it wraps when its name says so.
    if (wrapped.kind === 'function' && passesThrough.test(`${by.module}.${by.export}`)) return wrapped;
    return {
      ...by,
      path: [...by.path, called],
      otherwise: wrapped.kind === 'function' ? { kind: 'function' } : unknown,
    };
  }

  /** `(function (t) { ... })(Super)`: a class, or a function that keeps variables of its own. */
  #evaluateCalled(callable: Callable, given: readonly Node[], scope: ModuleScope, runs: TimeOfRun): ModuleValue {
    const inner = this.#scopeOf(callable, scope, runs, given);
    const returned = returnedBy(callable);
    if (!returned) return unknown;
    const bound = returned.type === 'Identifier' ? inner.find(returned.name, returned.start) : undefined;
    if (bound?.node.type === 'FunctionDeclaration' && bound.scope === inner) {
      const members = readClass(bound.node, statementsOf(callable), inner, (node, at) => this.valueOf(node, at));
      if (members) return { kind: 'class', members };
    }
    return this.valueOf(returned, inner);
  }

  #enumeration(node: Node, scope: ModuleScope): ModuleValue {
    if (node.type !== 'ArrayExpression') return this.valueOf(node, scope);
    const names = node.elements.flatMap((each) => (each?.type === 'Literal' ? [String(each.value)] : []));
    return {
      kind: 'object',
      members: { ...noMembers(), kinds: new Map(names.map((each) => [each, 'keys'])) },
    };
  }

  /** `babelHelpers.extends({}, a, b)` */
  #merged(given: readonly Node[], scope: ModuleScope): ModuleValue {
    const values = given.map((each) => this.valueOf(each, scope));
    const [target] = values;
    if (target?.kind === 'function') return target;
    const members = noMembers();
    for (const value of values) {
      const own = value.kind === 'object' ? value.members : undefined;
      if (!own?.whole || own.extends) members.whole = false;
      for (const [key, kind] of own?.kinds ?? []) members.kinds.set(key, kind);
      for (const [key, parameters] of own?.parameters ?? []) members.parameters.set(key, parameters);
    }
    return { kind: 'object', members };
  }

  #evaluateNew(node: Node & { type: 'NewExpression' }, scope: ModuleScope): ModuleValue {
    const value = this.valueOf(node.callee, scope);
    if (value.kind === 'class') return { kind: 'object', members: instanceOf(value.members) };
    if (value.kind === 'from') {
      return {
        kind: 'object',
        members: { ...noMembers(), extends: value },
      };
    }
    return { kind: 'object' };
  }

  #evaluateMember(node: Node & { type: 'MemberExpression' }, scope: ModuleScope): ModuleValue {
    const name = nameOfMember(node);
    if (name === null) return unknown;
    const object = this.valueOf(node.object, scope);
    if (object.kind === 'object') return memberOf(object, name);
    if (object.kind !== 'from') return unknown;
    return object.export === null ? { ...object, export: name } : { ...object, path: [...object.path, name] };
  }

  /** `n("Name")`, `r("Name")`, `o("Name")`: another module. */
  #loaded(node: Node & { type: 'CallExpression' }, scope: ModuleScope): ModuleValue | null {
    const name = moduleName(node);
    if (name === null || node.callee.type !== 'Identifier') return null;
    const loader = scope.find(node.callee.name, node.callee.start)?.node;
    if (loader === undefined || !this.#loaders.has(loader)) return null;
    return { kind: 'from', module: name, export: loader === this.#namespace ? null : 'default', path: [] };
  }
}

/** What is not of a module has no names in it. */
const outside = new ModuleScope(null, []);

const passesThrough = /memo|once|debounce|throttle|promisequeue|singleflight|dedup/i;

function moduleName(node: Node): string | null {
  if (node.type !== 'CallExpression' || node.arguments.length !== 1) return null;
  const [name] = node.arguments;
  return name?.type === 'Literal' && typeof name.value === 'string' ? name.value : null;
}

/** A class with what is assigned to it after its definition. */
function withStatics(
  value: ModuleValue,
  assigned: ReadonlyMap<string, Node>,
  evaluate: (node: Node) => ModuleValue,
): ModuleValue {
  if (value.kind !== 'class' || assigned.size === 0) return value;
  const members: ClassMembers = { ...value.members, statics: new Set(value.members.statics) };
  for (const [name, node] of assigned) {
    if (name === 'prototype' || name.startsWith('$')) continue;
    members.statics.add(name);
    const assignedValue = evaluate(node);
    if (name === 'model' && assignedValue.kind === 'from') members.model = assignedValue;
  }
  return { ...value, members };
}

/** The members of an object that a class creates: all but the static ones. */
function instanceOf(members: ClassMembers): ClassMembers {
  return { ...members, statics: new Set() };
}

function triggeredEvents(factory: Node): string[] {
  const events = new Set<string>();
  walk(factory, (node) => {
    if (node.type !== 'CallExpression' || nameOfMember(node.callee) !== 'trigger') return;
    const [first] = node.arguments;
    if (first?.type !== 'Literal' || typeof first.value !== 'string') return;
    for (const name of first.value.split(/\s+/)) events.add(name);
  });
  return [...events].sort();
}

export type MemberKind = Exclude<keyof Members, 'statics' | 'extends' | 'model' | 'whole'>;
