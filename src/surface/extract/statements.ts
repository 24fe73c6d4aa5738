import type { Expression, ForOfStatement, Node, Statement } from 'oxc-parser';
import type { Around, Reading } from './around.ts';
import { bindPattern } from './bind-pattern.ts';
import { evaluate } from './evaluate.ts';
import { afterTest, buildTest } from './tests.ts';
import { Scope, unknown, type Value } from './values.ts';
import { walk } from './walk.ts';

/** Reads a block in sequence. Returns its first return value that is known to come from the page. */
export function readBlock(statements: readonly Node[], scope: Scope, reading: Reading, around: Around): Value {
  let result: Value = unknown;
  let now = around;
  for (const statement of statements) {
    if (statement.type === 'FunctionDeclaration' && statement.id) {
      const value = { kind: 'function', node: statement, scope, file: around.file } as const;
      reading.seen.set(statement, { value, around });
      scope.declare(statement.id.name, value);
    }
  }
  for (const statement of statements) {
    const value = readStatement(statement as Statement, scope, reading, now);
    if (result.kind === 'unknown') result = value;
    if (statement.type === 'IfStatement' && leaves(statement.consequent)) {
      now = afterTest(statement.test, scope, reading, now);
    }
  }
  return result;
}

/** True when the statement ends the block around it. */
function leaves(statement: Statement): boolean {
  const last = statement.type === 'BlockStatement' ? statement.body.at(-1) : statement;
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement' || last?.type === 'ContinueStatement';
}

function readStatement(node: Statement, scope: Scope, reading: Reading, around: Around): Value {
  const maybe = { ...around, conditional: true };
  switch (node.type) {
    case 'ExpressionStatement':
      evaluate(node.expression, scope, reading, around);
      return unknown;
    case 'ReturnStatement':
      return node.argument ? evaluate(node.argument, scope, reading, around) : unknown;
    case 'ThrowStatement':
      evaluate(node.argument, scope, reading, around);
      return unknown;
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) {
        bindPattern(id, init ? evaluate(init, scope, reading, around) : unknown, scope, reading, around);
      }
      return unknown;
    case 'BlockStatement':
      return readBlock(node.body, new Scope(scope), reading, around);
    case 'IfStatement':
      return readIf(node, scope, reading, around);
    case 'TryStatement': {
      const value = readBlock(node.block.body, new Scope(scope), reading, {
        ...around,
        tried: around.tried || (node.handler !== null && !throwsAgain(node.handler.body)),
      });
      if (node.handler) readBlock(node.handler.body.body, new Scope(scope), reading, maybe);
      if (node.finalizer) readBlock(node.finalizer.body, new Scope(scope), reading, around);
      return value;
    }
    case 'ForStatement': {
      const inner = new Scope(scope);
      if (node.init?.type === 'VariableDeclaration') readStatement(node.init, inner, reading, around);
      if (node.test) evaluate(node.test, inner, reading, around);
      if (node.update) evaluate(node.update, inner, reading, maybe);
      return readStatement(node.body, inner, reading, maybe);
    }
    case 'ForOfStatement':
    case 'ForInStatement': {
      const inner = new Scope(scope);
      evaluate(node.right, inner, reading, around);
      bindLoopVariable(node.left, inner, reading, maybe);
      return readStatement(node.body, inner, reading, maybe);
    }
    case 'WhileStatement':
    case 'DoWhileStatement':
      evaluate(node.test, scope, reading, around);
      return readStatement(node.body, scope, reading, maybe);
    case 'SwitchStatement':
      evaluate(node.discriminant, scope, reading, around);
      for (const { consequent } of node.cases) readBlock(consequent, new Scope(scope), reading, maybe);
      return unknown;
    default:
      return unknown;
  }
}

function bindLoopVariable(left: ForOfStatement['left'], scope: Scope, reading: Reading, around: Around): void {
  const pattern = left.type === 'VariableDeclaration' ? left.declarations[0]?.id : left;
  if (pattern) bindPattern(pattern, unknown, scope, reading, around);
}

function readIf(
  node: Extract<Statement, { type: 'IfStatement' }>,
  scope: Scope,
  reading: Reading,
  around: Around,
): Value {
  evaluate(node.test as Expression, scope, reading, around);
  const gate = buildTest(node.test);
  const after = gate ? around : { ...afterTest(node.test, scope, reading, around), conditional: true };
  const first = readStatement(node.consequent, scope, reading, gate ? { ...after, since: gate.from } : after);
  if (!node.alternate) return first;
  const second = readStatement(node.alternate, scope, reading, gate ? { ...after, before: gate.from } : after);
  return first.kind === 'unknown' ? second : first;
}

/** True for a handler that swallows only some errors: `if (error.name === 'ServerStatusCodeError') return false; throw error`. */
function throwsAgain(handler: Node): boolean {
  let found = false;
  walk(handler, ({ type }) => {
    if (type === 'ThrowStatement') found = true;
  });
  return found;
}
