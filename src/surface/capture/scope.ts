import type { Expression, Node, Statement } from 'oxc-parser';
import { isCallable } from '../extract/library-code.ts';
import type { Callable } from '../extract/values.ts';
import { childrenOf } from '../extract/walk.ts';

/** What a name stands for: an expression and the scope in which its own names are looked up. */
export interface Binding {
  node: Node;
  scope: ModuleScope;
}

/** The names of one function body of archived code, and what is assigned to their properties there: `u.model = ...`. */
export class ModuleScope {
  readonly #names = new Map<string, Binding>();
  readonly #properties = new Map<string, Map<string, Node>>();
  readonly #parent: ModuleScope | null;

  constructor(parent: ModuleScope | null, body: readonly (Statement | Node)[]) {
    this.#parent = parent;
    for (const statement of body) this.#declare(statement);
  }

  bind(name: string, binding: Binding): void {
    this.#names.set(name, binding);
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? this.#parent?.find(name);
  }

  /** What is assigned to the properties of a name of this very scope. */
  propertiesOf(name: string): ReadonlyMap<string, Node> {
    return this.#properties.get(name) ?? new Map();
  }

  #declare(node: Node): void {
    if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
      if (node.id) this.#names.set(node.id.name, { node, scope: this });
      return;
    }
    if (node.type === 'VariableDeclaration') {
      for (const { id, init } of node.declarations) {
        if (id.type === 'Identifier' && init) this.#names.set(id.name, { node: init, scope: this });
        if (init) this.#declare(init);
      }
      return;
    }
    if (isCallable(node)) return;
    for (const each of withinThis(node)) {
      if (each.type === 'VariableDeclarator' && each.id.type === 'Identifier' && each.init) {
        this.#names.set(each.id.name, { node: each.init, scope: this });
      }
      if (each.type !== 'AssignmentExpression' || each.operator !== '=') continue;
      const { left, right } = each;
      if (left.type === 'Identifier' && !this.#names.has(left.name)) {
        this.#names.set(left.name, { node: right, scope: this });
      }
      const name = nameOfMember(left);
      if (name === null || left.type !== 'MemberExpression' || left.object.type !== 'Identifier') continue;
      const known = this.#properties.get(left.object.name) ?? new Map<string, Node>();
      this.#properties.set(left.object.name, known.set(name, right));
    }
  }
}

/** The expressions that a statement evaluates one after another, outside of nested functions and branches. */
export function expressionsOf(node: Node): Node[] {
  switch (node.type) {
    case 'ExpressionStatement':
      return expressionsOf(node.expression);
    case 'ReturnStatement':
      return node.argument ? expressionsOf(node.argument) : [];
    case 'SequenceExpression':
      return node.expressions.flatMap(expressionsOf);
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ init }) => (init ? expressionsOf(init) : []));
    case 'AssignmentExpression':
      return [node, ...expressionsOf(node.right)];
    case 'IfStatement':
      return [node.consequent, ...(node.alternate ? [node.alternate] : [])].flatMap(expressionsOf);
    case 'BlockStatement':
      return node.body.flatMap(expressionsOf);
    case 'LogicalExpression':
      return expressionsOf(node.right);
    default:
      return [node];
  }
}

export function statementsOf(callable: Callable): readonly Node[] {
  const { body } = callable;
  if (!body) return [];
  return body.type === 'BlockStatement' ? body.body : [body];
}

/** The last expression that a function returns at the end of its body; null without one. */
export function returnedBy(callable: Callable): Expression | null {
  const last = statementsOf(callable).at(-1);
  const value =
    last?.type === 'ReturnStatement'
      ? last.argument
      : callable.type === 'ArrowFunctionExpression' && callable.expression
        ? (last as Expression)
        : null;
  return value?.type === 'SequenceExpression' ? (value.expressions.at(-1) ?? null) : (value ?? null);
}

/** The name of `object.name` or `object["name"]`; null for anything else. */
export function nameOfMember(node: Node): string | null {
  if (node.type !== 'MemberExpression') return null;
  const { property } = node;
  if (!node.computed && property.type === 'Identifier') return property.name;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : null;
}

/** The name of a property of an object literal, a class or a pattern; null when it is computed. */
export function keyName(node: { key: Node; computed?: boolean }): string | null {
  if (!node.computed && node.key.type === 'Identifier') return node.key.name;
  return node.key.type === 'Literal' ? String(node.key.value) : null;
}

/** Every node below `root` outside of functions that have their own `this`, in the order of the source. */
export function withinThis(root: Node): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    found.push(node);
    for (const child of childrenOf(node)) {
      if (child.type !== 'FunctionExpression' && child.type !== 'FunctionDeclaration') visit(child);
    }
  };
  visit(root);
  return found;
}
