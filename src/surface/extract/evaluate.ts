import type {
  Argument,
  ArrayExpressionElement,
  AssignmentTarget,
  Expression,
  Node,
  ObjectExpression,
} from 'oxc-parser';
import type { Around, Reading } from './around.ts';
import { bindPattern } from './bind-pattern.ts';
import { evaluateCall, evaluateNew } from './evaluate-call.ts';
import { noteKeyRead } from './key-reads.ts';
import { assignMember, noteUse, readMember } from './note.ts';
import { afterTest } from './tests.ts';
import { type Scope, text, unknown, type Value } from './values.ts';

/** Evaluates an expression of page code as far as its value comes from the page's modules, and notes every need. */
export function evaluate(node: Expression, scope: Scope, reading: Reading, around: Around): Value {
  const inner = (child: Expression, change?: Partial<Around>) =>
    evaluate(child, scope, reading, change ? { ...around, ...change } : around);

  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? text(node.value) : unknown;
    case 'TemplateLiteral':
      for (const part of node.expressions) inner(part);
      return node.expressions.length === 0 ? text(node.quasis[0]?.value.cooked ?? '') : unknown;
    case 'Identifier':
      return identifier(node.name, scope, reading);
    case 'ChainExpression':
      return inner(node.expression as Expression);
    case 'MemberExpression': {
      const object = node.object.type === 'Super' ? unknown : inner(node.object);
      const name = memberName(node, scope, reading, around) ?? (object.kind === 'hits' ? '0' : null);
      if (name === null) return unknown;
      if (object.kind === 'unknown') noteKeyRead(node, name, reading, around);
      return readMember(reading, around, object, name, { at: node.property, source: node, optional: node.optional });
    }
    case 'CallExpression':
      return evaluateCall(node, scope, reading, around);
    case 'NewExpression':
      return evaluateNew(node, scope, reading, around);
    case 'AwaitExpression':
    case 'UnaryExpression': {
      const value = inner(node.argument);
      return node.type === 'AwaitExpression' ? value : unknown;
    }
    case 'BinaryExpression':
      if (node.left.type !== 'PrivateIdentifier') inner(node.left);
      inner(node.right);
      return unknown;
    case 'LogicalExpression': {
      const left = inner(node.left);
      const right = evaluate(node.right, scope, reading, {
        ...afterTest(node.left, scope, reading, around),
        conditional: true,
      });
      if (node.operator === '&&') return right;
      if (left.kind === 'page' && right.kind === 'page') return eitherOf(left, right);
      return left.kind === 'page' ? { ...left, softened: right.kind === 'object' } : right;
    }
    case 'ConditionalExpression': {
      inner(node.test);
      const branch = { ...afterTest(node.test, scope, reading, around), conditional: true };
      const first = evaluate(node.consequent, scope, reading, branch);
      const second = evaluate(node.alternate, scope, reading, branch);
      if (first.kind === 'page' && second.kind === 'page') return eitherOf(first, second);
      return first.kind === 'unknown' ? second : first;
    }
    case 'AssignmentExpression': {
      const value = inner(node.right);
      assign(node.left, value, scope, reading, around);
      return value;
    }
    case 'SequenceExpression':
      return node.expressions.map((child) => inner(child)).at(-1) ?? unknown;
    case 'ObjectExpression':
      return objectOf(node, scope, reading, around);
    case 'ArrayExpression':
      for (const element of node.elements) evaluateElement(element, scope, reading, around);
      return unknown;
    case 'ArrowFunctionExpression':
    case 'FunctionExpression': {
      const value = { kind: 'function', node, scope, file: around.file } as const;
      if (!reading.seen.has(node)) reading.seen.set(node, { value, around });
      return value;
    }
    default:
      return unknown;
  }
}

type PageValue = Extract<Value, { kind: 'page' }>;

function eitherOf(one: PageValue, other: PageValue): PageValue {
  return { ...one, origins: [...one.origins, ...other.origins] };
}

function identifier(name: string, scope: Scope, reading: Reading): Value {
  const local = scope.lookup(name);
  if (local) return local;
  if (name === 'window' || name === 'globalThis' || name === 'self') return { kind: 'window' };
  if (name === 'require') return { kind: 'require' };
  return reading.globals.get(name) ?? unknown;
}

/** The name that a member expression reads; null when it is computed from something unknown. */
export function memberName(
  node: Extract<Expression, { type: 'MemberExpression' }>,
  scope: Scope,
  reading: Reading,
  around: Around,
): string | null {
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : null;
  if (node.property.type === 'Literal') return String(node.property.value);
  const value = evaluate(node.property as Expression, scope, reading, around);
  return value.kind === 'text' ? value.text : null;
}

export function evaluateElement(
  element: Argument | ArrayExpressionElement,
  scope: Scope,
  reading: Reading,
  around: Around,
): Value {
  if (element === null) return unknown;
  if (element.type !== 'SpreadElement') return evaluate(element, scope, reading, around);
  evaluate(element.argument, scope, reading, around);
  return unknown;
}

function objectOf(node: ObjectExpression, scope: Scope, reading: Reading, around: Around): Value {
  const members = new Map<string, Value>();
  const spreads: Value[] = [];
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const spread = evaluate(property.argument, scope, reading, around);
      mergeInto({ kind: 'object', members, spreads }, spread, reading, around, property);
      continue;
    }
    const value = evaluate(property.value, scope, reading, around);
    if (property.key.type === 'Identifier' && !property.computed) members.set(property.key.name, value);
    else if (property.key.type === 'Literal') members.set(String(property.key.value), value);
    else spreads.push(unknown);
  }
  return { kind: 'object', members, spreads };
}

/** `{...value}` and `Object.assign(target, value)`: spreading undefined does not throw. */
export function mergeInto(
  target: Extract<Value, { kind: 'object' }>,
  value: Value,
  reading: Reading,
  around: Around,
  at: Node,
): void {
  if (value.kind === 'object') {
    for (const [name, member] of value.members) target.members.set(name, member);
    target.spreads.push(...value.spreads);
    return;
  }
  if (value.kind === 'page') noteUse(reading, around, value.origins, 'spread', { at, source: at });
  target.spreads.push(value);
}

function assign(target: AssignmentTarget, value: Value, scope: Scope, reading: Reading, around: Around): void {
  if (target.type === 'Identifier') {
    if (!scope.assign(target.name, value)) reading.globals.set(target.name, value);
    return;
  }
  if (target.type === 'MemberExpression') {
    const object = target.object.type === 'Super' ? unknown : evaluate(target.object, scope, reading, around);
    const name = memberName(target, scope, reading, around);
    if (name === null) return;
    const named = value.kind === 'function' ? { ...around, functionName: around.file.source(target) } : around;
    if (value.kind === 'function') reading.seen.set(value.node, { value, around: named });
    assignMember(reading, around, object, name, value, { at: target.property, source: target });
    return;
  }
  if (target.type === 'ObjectPattern' || target.type === 'ArrayPattern') {
    bindPattern(target, value, scope, reading, around);
  }
}
