import type { Node } from 'oxc-parser';
import type { Parameters } from '../../contracts/shape.ts';
import { isCallable } from '../extract/library-code.ts';
import type { Callable } from '../extract/values.ts';
import { pushChildren, someNode } from '../extract/walk.ts';
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

function readsArguments({ body }: Callable): boolean {
  const isOpen = (node: Node) => node === body || !isCallable(node) || node.type === 'ArrowFunctionExpression';
  return body ? someNode(body, (node) => node.type === 'Identifier' && node.name === 'arguments', isOpen) : false;
}

/**
 * The names that a function takes out of a parameter, when it does nothing else with it: reads them in the declarations that its
 * body begins with (what a compiler makes of a pattern), or hands the parameter on to a function that does.
 */
function takenFrom(name: string, callable: Callable, ofCall: ParametersOfCall): string[] | null {
  const keys: string[] = [];
  const handedTo: (string[] | null)[] = [];
  const isOther = ({ node, parent, above, leading }: ParameterUse): boolean => {
    const key = parent.type === 'MemberExpression' && parent.object === node ? nameOfMember(parent) : null;
    const asMethod = above?.type === 'CallExpression' && above.callee === parent;
    if (key !== null && leading && !asMethod) keys.push(key);
    else if (isDefault(parent, name)) return false;
    else if (parent.type === 'CallExpression' && parent.arguments.includes(node as never)) {
      if (nameOfMember(parent.callee) === 'objectWithoutPropertiesLoose') keys.push(rest);
      else handedTo.push(ofCall(parent.callee)?.[parent.arguments.indexOf(node as never)]?.slice() ?? null);
    } else return true;
    return false;
  };
  if (someUse(name, callable, isOther)) return null;
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
 * Calls `test` with the uses of a parameter in the order of the code, until it returns true: the first use decides for most functions. A
 * declaration `t = e` at the start makes `t` another name of it; after `e = e.last`, what `e` holds is not the parameter any more.
 */
function someUse(name: string, callable: Callable, test: (use: ParameterUse) => boolean): boolean {
  const all = statementsOf(callable);
  const last = all.findIndex((each) => isReplaced(each, name));
  const statements = last < 0 ? all : all.slice(0, last + 1);
  const firstOther = statements.findIndex(
    (each) =>
      each.type !== 'VariableDeclaration' && !isDirective(each) && !isDefaultStatement(each) && !isReplaced(each, name),
  );
  const isWanted = (use: ParameterUse): boolean => {
    if (!use.leading || use.parent.type !== 'VariableDeclarator' || use.parent.id.type !== 'Identifier')
      return test(use);
    return use.parent.id.name !== name && someUse(use.parent.id.name, callable, test);
  };
  return statements.some((statement, i) =>
    someUseBelow(name, statement, callable, firstOther < 0 || i < firstOther, isWanted),
  );
}

/** A node on the way to a use. */
interface Ancestor {
  node: Node;
  above: Ancestor | null;
  leading: boolean;
}

/** The same for the uses in one statement. */
function someUseBelow(
  name: string,
  statement: Node,
  callable: Node,
  leads: boolean,
  test: (use: ParameterUse) => boolean,
): boolean {
  const waiting = [statement];
  const ancestors: Ancestor[] = [{ node: callable, above: null, leading: leads }];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const nearest = ancestors.pop() as Ancestor;
    if (node.type === 'Identifier') {
      const isUse = node.name === name && isReference(node, nearest.node);
      const above = nearest.above?.node ?? null;
      if (isUse && test({ node, parent: nearest.node, above, leading: nearest.leading })) return true;
      continue;
    }
    if (isCallable(node) && declares(node, name)) continue;
    if (node.type === 'CatchClause' && node.param?.type === 'Identifier' && node.param.name === name) continue;
    pushChildren(node, waiting);
    const here = { node, above: nearest, leading: nearest.leading && !isCallable(node) };
    while (ancestors.length < waiting.length) ancestors.push(here);
  }
  return false;
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
  const { body } = callable;
  const isDeclaration = (node: Node) =>
    (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.id.name === name) ||
    (node.type === 'FunctionDeclaration' && node.id?.name === name);
  return body ? someNode(body, isDeclaration, (node) => node === body || !isCallable(node)) : false;
}
