import type { Node } from 'oxc-parser';
import type { Parameters } from '../../contracts/shape.ts';
import { isCallable } from '../extract/library-code.ts';
import type { Callable } from '../extract/values.ts';
import { childrenOf } from '../extract/walk.ts';
import { keyName, nameOfMember, statementsOf } from './scope.ts';

/** The parameters of the function that is called, where it is known. */
export type ParametersOfCall = (callee: Node) => Parameters | null;

/**
 * How a function is called: for each position null, or the names that it takes out of an object. Null when the function reads
 * `arguments`, so that its positions do not show.
 *
 * @param mayReadArguments false where the text of the function does not have the word, which is quicker to find out
 */
export function parametersOf(callable: Callable, ofCall: ParametersOfCall, mayReadArguments = true): Parameters | null {
  const names = callable.params.map((each) => parameterName(each));
  const forwarded = forwardedCall(callable);
  if (forwarded) return ofCall(forwarded) ?? names.map(() => null);
  if (mayReadArguments && readsArguments(callable)) return null;
  return callable.params.map((parameter, i) => {
    const pattern = parameter.type === 'AssignmentPattern' ? parameter.left : parameter;
    if (pattern.type === 'ObjectPattern') return keysOfPattern(pattern);
    const name = names[i];
    return name ? takenFrom(name, callable, ofCall) : null;
  });
}

function parameterName(parameter: Node): string | null {
  if (parameter.type === 'Identifier') return parameter.name;
  return parameter.type === 'AssignmentPattern' && parameter.left.type === 'Identifier' ? parameter.left.name : null;
}

function keysOfPattern(pattern: Node & { type: 'ObjectPattern' }): string[] {
  return pattern.properties.map((each) => (each.type === 'Property' ? (keyName(each) ?? rest) : rest));
}

/** Stands for the names that a rest pattern takes. */
const rest = '...';

/**
 * `g` of a body that is only `return g.apply(this, arguments)`, or what is assigned to `g` just before: a wrapper around an async
 * function or a generator.
 */
function forwardedCall(callable: Callable): Node | null {
  const expressions: (Node | null)[] = statementsOf(callable).flatMap((each): (Node | null)[] => {
    const value =
      each.type === 'ReturnStatement' ? each.argument : each.type === 'ExpressionStatement' ? each.expression : each;
    return value?.type === 'SequenceExpression' ? value.expressions : [value];
  });
  const [call, assigned, ...more] = expressions.reverse();
  if (more.length > 0 || call?.type !== 'CallExpression' || nameOfMember(call.callee) !== 'apply') return null;
  const given = call.arguments[1];
  if (given?.type !== 'Identifier' || given.name !== 'arguments') return null;
  if (assigned) return assigned.type === 'AssignmentExpression' ? assigned.right : null;
  return call.callee.type === 'MemberExpression' ? call.callee.object : null;
}

function readsArguments(callable: Callable): boolean {
  const found = (node: Node): boolean =>
    (node.type === 'Identifier' && node.name === 'arguments') ||
    childrenOf(node).some((child) => !(isCallable(child) && child.type !== 'ArrowFunctionExpression') && found(child));
  return callable.body ? found(callable.body) : false;
}

/**
 * The names that a function takes out of a parameter, when it does nothing else with it: reads them in the declarations that its
 * body begins with (what a compiler makes of a pattern), or hands the parameter on to a function that does.
 */
function takenFrom(name: string, callable: Callable, ofCall: ParametersOfCall): string[] | null {
  const keys: string[] = [];
  const handedTo: (string[] | null)[] = [];
  for (const { node, parent, above, leading } of usesOf(name, callable)) {
    const key = parent.type === 'MemberExpression' && parent.object === node ? nameOfMember(parent) : null;
    const asMethod = above?.type === 'CallExpression' && above.callee === parent;
    if (key !== null && leading && !asMethod) keys.push(key);
    else if (isDefault(parent, name)) continue;
    else if (parent.type === 'CallExpression' && parent.arguments.includes(node as never)) {
      if (nameOfMember(parent.callee) === 'objectWithoutPropertiesLoose') keys.push(rest);
      else handedTo.push(ofCall(parent.callee)?.[parent.arguments.indexOf(node as never)]?.slice() ?? null);
    } else return null;
  }
  if (handedTo.length === 0) return keys.length > 0 ? [...new Set(keys)] : null;
  const [first] = handedTo;
  return keys.length === 0 && first && handedTo.every((each) => each !== null) ? first : null;
}

/** `e === void 0` and `e = {}` of `e === void 0 && (e = {})`, which stands for a default. */
function isDefault(parent: Node, name: string): boolean {
  if (parent.type === 'BinaryExpression')
    return parent.right.type === 'UnaryExpression' && parent.right.operator === 'void';
  return parent.type === 'AssignmentExpression' && parent.left.type === 'Identifier' && parent.left.name === name;
}

interface ParameterUse {
  node: Node;
  parent: Node;
  above: Node | null;
  /** True in the declarations that the body begins with, outside of nested functions. */
  leading: boolean;
}

/**
 * The uses of a parameter in the order of the code. A caller that stops early saves the rest of the walk: the first use decides for most
 * functions. A declaration `t = e` at the start makes `t` another name of it; after `e = e.last`, what `e` holds is not the parameter any more.
 */
function* usesOf(name: string, callable: Callable): Generator<ParameterUse> {
  const all = statementsOf(callable);
  const last = all.findIndex((each) => isReplaced(each, name));
  const statements = last < 0 ? all : all.slice(0, last + 1);
  const firstOther = statements.findIndex(
    (each) =>
      each.type !== 'VariableDeclaration' && !isDirective(each) && !isDefaultStatement(each) && !isReplaced(each, name),
  );
  for (const [i, statement] of statements.entries()) {
    for (const use of usesBelow(name, statement, callable, firstOther < 0 || i < firstOther)) {
      if (!use.leading || use.parent.type !== 'VariableDeclarator' || use.parent.id.type !== 'Identifier') yield use;
      else if (use.parent.id.name !== name) yield* usesOf(use.parent.id.name, callable);
    }
  }
}

/** The uses of a name in a statement, in the sequence of the source. */
function* usesBelow(name: string, statement: Node, callable: Node, leads: boolean): Generator<ParameterUse> {
  const waiting: ParameterUse[] = [{ node: statement, parent: callable, above: null, leading: leads }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { node, parent, leading } = at;
    if (node.type === 'Identifier') {
      if (node.name === name && isReference(node, parent)) yield at;
      continue;
    }
    const nested = isCallable(node);
    if (nested && declares(node, name)) continue;
    if (node.type === 'CatchClause' && node.param?.type === 'Identifier' && node.param.name === name) continue;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i -= 1)
      waiting.push({ node: children[i] as Node, parent: node, above: parent, leading: leading && !nested });
  }
}

function isDirective(node: Node): boolean {
  return node.type === 'ExpressionStatement' && node.expression.type === 'Literal';
}

/** `t === void 0 && (t = ...)`: the default of any parameter. */
function isDefaultStatement(node: Node): boolean {
  const { expression } = node.type === 'ExpressionStatement' ? node : {};
  const all = expression?.type === 'SequenceExpression' ? expression.expressions : [expression];
  return all.every(
    (each) =>
      each?.type === 'LogicalExpression' &&
      each.right.type === 'AssignmentExpression' &&
      each.left.type === 'BinaryExpression' &&
      isDefault(each.left, ''),
  );
}

/** `e = e.last`: what an older compiler makes of the last name of a pattern. */
function isReplaced(node: Node, name: string): boolean {
  if (node.type !== 'ExpressionStatement' || node.expression.type !== 'AssignmentExpression') return false;
  const { left, right } = node.expression;
  return (
    left.type === 'Identifier' &&
    left.name === name &&
    right.type === 'MemberExpression' &&
    right.object.type === 'Identifier' &&
    right.object.name === name
  );
}

function isReference(node: Node, parent: Node): boolean {
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed;
  if (parent.type === 'Property') return parent.value === node || parent.computed;
  return parent.type !== 'VariableDeclarator' || parent.id !== node;
}

/** True when a nested function has a parameter, variable or function of that name, which hides the outer one. */
function declares(callable: Callable, name: string): boolean {
  if (callable.params.some((each) => parameterName(each) === name)) return true;
  if (callable.type === 'FunctionExpression' && callable.id?.name === name) return true;
  const found = (node: Node): boolean => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === name) return true;
    if (node.type === 'FunctionDeclaration' && node.id?.name === name) return true;
    return !isCallable(node) && childrenOf(node).some(found);
  };
  return callable.body ? childrenOf(callable.body).some(found) : false;
}
