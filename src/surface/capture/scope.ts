import type { Expression, Node, Statement } from 'oxc-parser';
import { isCallable } from '../extract/library-code.ts';
import type { Callable } from '../extract/values.ts';
import { someNode } from '../extract/walk.ts';

/** What a name stands for from some place of the code on: an expression and the scope in which its own names are looked up. */
export interface Binding {
  node: Node;
  scope: ModuleScope;
  /** Offset in the source from which on the name stands for it. */
  from: number;
  /** What is assigned to properties of the name while it stands for this: `u.model = ...`. */
  properties: Map<string, Node>;
}

/** When a function runs: later than the code around it, or right where it is written, as a function that is called there does. */
export type TimeOfRun = 'later' | 'in-place';

/**
 * The names of one function body of archived code. A name stands for what was assigned to it last: compilers use a name again for another
 * value, and the exports of a module are what their names stand for at the assignment.
 */
export class ModuleScope {
  /** Bindings of each name in the sequence of the source. */
  readonly #names = new Map<string, Binding[]>();
  readonly #declared = new Set<string>();
  readonly #parameters: ReadonlySet<string>;
  readonly #parent: ModuleScope | null;
  readonly #runs: TimeOfRun;

  /** @param parameters what the parameters of the function stand for; null where no argument shows */
  constructor(
    parent: ModuleScope | null,
    body: readonly (Statement | Node)[],
    {
      runs = 'later',
      parameters = new Map(),
    }: { runs?: TimeOfRun; parameters?: ReadonlyMap<string, Scoped | null> } = {},
  ) {
    this.#parent = parent;
    this.#runs = runs;
    this.#parameters = new Set(parameters.keys());
    for (const [name, given] of parameters) {
      this.#declared.add(name);
      if (given) this.#bind(name, given, 0);
    }
    for (const statement of body) if (isDeclaredFunction(statement)) this.#declareFunction(statement);
    for (const statement of body) if (!isDeclaredFunction(statement)) this.#declare(statement);
  }

  /** @param at the place of the use: what is assigned after it does not count */
  find(name: string, at: number): Binding | undefined {
    const bound = this.#names.get(name)?.findLast(({ from }) => from <= at);
    if (bound || this.#declared.has(name)) return bound;
    return this.#parent?.find(name, this.#runs === 'later' ? Number.POSITIVE_INFINITY : at);
  }

  #bind(name: string, { node, scope }: Scoped, from: number): void {
    const bound = { node, scope, from, properties: new Map<string, Node>() };
    const known = this.#names.get(name) ?? [];
    this.#names.set(name, known);
    // An assignment inside of another one takes effect before it.
    known.splice(known.findLastIndex((each) => each.from <= from) + 1, 0, bound);
  }

  #declareFunction(node: Node & { id?: { name: string } | null }): void {
    if (!node.id) return;
    this.#declared.add(node.id.name);
    this.#bind(node.id.name, { node, scope: this }, 0);
  }

  #declare(statement: Node): void {
    if (isCallable(statement)) return;
    const defaults = new Set<Node>();
    withinThis(statement, (node) => {
      if (node.type === 'LogicalExpression') defaults.add(node.right);
      if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier') {
        this.#declared.add(node.id.name);
        if (node.init) this.#bind(node.id.name, { node: node.init, scope: this }, node.end);
      } else if (node.type === 'AssignmentExpression' && node.operator === '=') {
        // `e === void 0 && (e = {})`: where an argument is given, a parameter stands for that.
        const isDefault = defaults.has(node) && node.left.type === 'Identifier' && this.#parameters.has(node.left.name);
        if (!isDefault) this.#assign(node);
      }
    });
  }

  #assign({ left, right, end }: Node & { type: 'AssignmentExpression' }): void {
    if (left.type === 'Identifier') this.#bind(left.name, { node: right, scope: this }, end);
    const name = nameOfMember(left);
    if (name === null || left.type !== 'MemberExpression' || left.object.type !== 'Identifier') return;
    this.#names.get(left.object.name)?.at(-1)?.properties.set(name, right);
  }
}

/** An expression with the scope of its names. */
type Scoped = Pick<Binding, 'node' | 'scope'>;

function isDeclaredFunction(node: Node): node is Node & { type: 'FunctionDeclaration' | 'ClassDeclaration' } {
  return node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration';
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

/** Calls `enter` with every node from `root` down outside of functions that have their own `this`, in the order of the source. */
export function withinThis(root: Node, enter: (node: Node) => void): void {
  const isSame = (node: Node) =>
    node === root || (node.type !== 'FunctionExpression' && node.type !== 'FunctionDeclaration');
  someNode(
    root,
    (node) => {
      if (isSame(node)) enter(node);
      return false;
    },
    isSame,
  );
}
