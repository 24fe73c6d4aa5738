import type { Node } from 'oxc-parser';
import type { Parameters } from '../../contracts/shape.ts';
import type { Callable } from '../extract/values.ts';
import type { Foreign, MemberKind, ModuleValue } from './read-module.ts';
import { expressionsOf, keyName, type ModuleScope, nameOfMember, statementsOf, withinThis } from './scope.ts';

/** The members of a class, an instance or an object, before references to other modules are resolved. */
export interface ClassMembers {
  kinds: Map<string, MemberKind>;
  /** Members of the class itself, which may have the name of a member of its instances. */
  statics: Set<string>;
  /** Of the methods, and of the functions in an object. */
  parameters: Map<string, Parameters>;
  /** Keys of an object whose values are exports of other modules. */
  from: Map<string, Foreign>;
  whole: boolean;
  extends?: ModuleValue;
  model?: ModuleValue;
}

export function noMembers(): ClassMembers {
  return { kinds: new Map(), statics: new Set(), parameters: new Map(), from: new Map(), whole: true };
}

/** Kinds of attributes of a model by the function that declares them. */
const attributes: Record<string, MemberKind> = {
  prop: 'props',
  session: 'session',
  derived: 'derived',
  getter: 'derived',
  collection: 'session',
};

/**
 * The members of a class that is compiled to a function: its `creator` and the statements around it, which fill its prototype.
 * Null when nothing there makes it a class.
 */
export function readClass(
  creator: Callable & { id?: { name: string } | null },
  body: readonly Node[],
  scope: ModuleScope,
  evaluate: (node: Node, scope: ModuleScope) => ModuleValue,
): ClassMembers | null {
  const name = creator.id?.name;
  const members = noMembers();
  const prototypes = new Set<string>();

  const add = (key: string, kind: MemberKind, value?: ModuleValue) => {
    if (key.startsWith('$') || key === 'constructor') return;
    if (!members.kinds.has(key)) members.kinds.set(key, kind);
    if (value?.kind === 'function' && value.parameters) members.parameters.set(key, value.parameters);
  };

  const addField = (key: string, node: Node) => {
    const declared = node.type === 'CallExpression' ? attributes[nameOfMember(node.callee) ?? ''] : undefined;
    if (declared) return add(key, declared);
    const value = evaluate(node, scope);
    // Only a function that is written here is a method: what another function returns for one is a field.
    add(key, value.kind === 'function' && value.parameters !== undefined ? 'methods' : 'otherFields', value);
  };

  const addFieldsOf = (callable: Callable, only: 'constructor' | 'method') => {
    const selves = selvesOf(callable);
    withinThis(callable.body as Node, (node) => {
      if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return;
      const { object } = node.left;
      if (object.type !== 'ThisExpression' && !(object.type === 'Identifier' && selves.has(object.name))) return;
      const key = nameOfMember(node.left);
      if (key !== null) addField(key, node.right);
      else if (only === 'constructor') members.whole = false;
    });
  };

  const addDescriptors = (list: Node | undefined, isStatic: boolean) => {
    if (list?.type !== 'ArrayExpression') return;
    for (const each of list.elements) {
      if (each?.type !== 'ObjectExpression') continue;
      const entries = new Map(
        each.properties.flatMap((one) => (one.type === 'Property' ? [[keyName(one), one.value]] : [])),
      );
      const key = entries.get('key') as Node | undefined;
      if (key?.type !== 'Literal') members.whole = false;
      else if (isStatic) members.statics.add(String(key.value));
      else if (entries.has('value')) add(String(key.value), 'methods', evaluate(entries.get('value') as Node, scope));
      else add(String(key.value), 'accessors');
    }
  };

  if (creator.body) addFieldsOf(creator, 'constructor');
  for (const node of body) {
    if (node.type === 'VariableDeclaration') {
      for (const { id, init } of node.declarations) {
        if (id.type === 'Identifier' && init && isPrototypeOfClass(init, name)) prototypes.add(id.name);
      }
    }
    for (const each of expressionsOf(node)) {
      if (each.type === 'CallExpression') {
        const [first, second, third] = each.arguments as Node[];
        const called = nameOfMember(each.callee) ?? (each.callee.type === 'Identifier' ? each.callee.name : null);
        if (called === 'inheritsLoose' && second) members.extends = evaluate(second, scope);
        if (called === 'createClass') {
          addDescriptors(second, false);
          addDescriptors(third, true);
        }
        if (called === 'assign' && first && isPrototype(first, name, prototypes)) members.whole = false;
      }
      if (each.type !== 'AssignmentExpression' || each.left.type !== 'MemberExpression') continue;
      const key = nameOfMember(each.left);
      const { object } = each.left;
      if (isPrototype(object, name, prototypes)) {
        if (key === null) {
          members.whole = false;
          continue;
        }
        const value = evaluate(each.right, scope);
        add(key, value.kind === 'function' ? 'methods' : 'otherFields', value);
        if (each.right.type === 'FunctionExpression') addFieldsOf(each.right, 'method');
      } else if (object.type === 'Identifier' && object.name === name && key !== null) {
        if (!key.startsWith('$')) members.statics.add(key);
        const value = evaluate(each.right, scope);
        if (key === 'model' && value.kind === 'from') members.model = value;
      }
    }
  }
  const empty = members.kinds.size + members.statics.size === 0 && !members.extends && prototypes.size === 0;
  return empty && statementsOf(creator).length > 0 ? null : inherit(members);
}

/** A base class of the same module has no name outside of it: its members become own ones. */
function inherit(members: ClassMembers): ClassMembers {
  const base = members.extends;
  if (!base || base.kind === 'from') return members;
  delete members.extends;
  if (base.kind !== 'class') return { ...members, whole: false };
  for (const [key, kind] of base.members.kinds) if (!members.kinds.has(key)) members.kinds.set(key, kind);
  for (const key of base.members.statics) members.statics.add(key);
  for (const [key, value] of base.members.parameters)
    if (!members.parameters.has(key)) members.parameters.set(key, value);
  if (base.members.extends) members.extends = base.members.extends;
  if (base.members.model) members.model ??= base.members.model;
  members.whole &&= base.members.whole;
  return members;
}

/** The names that stand for `this` in a function: `e = Super.call(this) || this`, `e = this`. */
function selvesOf(callable: Callable): Set<string> {
  const selves = new Set<string>();
  const isSelf = (node: Node | null): boolean =>
    node?.type === 'ThisExpression' ||
    (node?.type === 'LogicalExpression' && node.right.type === 'ThisExpression') ||
    (node?.type === 'CallExpression' && nameOfMember(node.callee) === 'assertThisInitialized');
  withinThis(callable.body as Node, (node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && isSelf(node.init))
      selves.add(node.id.name);
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier' && isSelf(node.right)) {
      selves.add(node.left.name);
    }
  });
  return selves;
}

function isPrototypeOfClass(node: Node, name: string | undefined): boolean {
  return (
    nameOfMember(node) === 'prototype' &&
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === name
  );
}

function isPrototype(node: Node, name: string | undefined, known: ReadonlySet<string>): boolean {
  return (node.type === 'Identifier' && known.has(node.name)) || isPrototypeOfClass(node, name);
}
