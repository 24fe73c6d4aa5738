import type { Node } from 'oxc-parser';
import type { OwnFault } from '../library-index.ts';
import { alwaysRun } from './always-run.ts';
import { isCallable, type LibraryCode } from './library-code.ts';
import type { Callable } from './values.ts';
import { walk } from './walk.ts';

/** A page function of the library's own that answers false at once unless a parameter has a type. */
interface Guarded {
  position: number;
  parameter: string;
}

/**
 * Calls of the library's own page functions without an argument that these insist on: `pinUnpinMsgAction(id, 2)`, where the function
 * answers false unless `typeof duration === 'number'`. Each time that its method runs it answers false and does nothing.
 */
export function refusedCalls(code: LibraryCode): OwnFault[] {
  const guarded = guardedFunctions(code);
  return code.functions.flatMap(({ name, node, file }) =>
    alwaysRun(node.body as Node, 'page').flatMap((each) => {
      if (each.type !== 'CallExpression' || each.callee.type !== 'MemberExpression') return [];
      const { property } = each.callee;
      const called = property.type === 'Identifier' ? property.name : '';
      const guard = guarded.get(called)?.find(({ position }) => position >= each.arguments.length);
      if (!guard || each.arguments.some(({ type }) => type === 'SpreadElement')) return [];
      const why = `${name} passes no ${guard.parameter} to ${called}, which answers false without one.`;
      return [{ method: name, why, file: file.path, line: file.position(property.start).line }];
    }),
  );
}

/** Functions that are assigned to a member, as `window.WWebJS.pinUnpinMsgAction`, by the name of the member. */
function guardedFunctions(code: LibraryCode): ReadonlyMap<string, Guarded[]> {
  const found = new Map<string, Guarded[]>();
  for (const { program } of code.files.values()) {
    walk(program, (node) => {
      if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression' || !isCallable(node.right))
        return;
      const { property } = node.left;
      const guards = guardsOf(node.right);
      if (property.type === 'Identifier' && guards.length > 0) found.set(property.name, guards);
    });
  }
  return found;
}

/** Parameters whose type the function tests at the top, to answer false else. */
function guardsOf({ params, body }: Callable): Guarded[] {
  if (body?.type !== 'BlockStatement') return [];
  return body.body.flatMap((statement) => {
    if (statement.type !== 'IfStatement' || !answersFalse(statement.consequent)) return [];
    const { test } = statement;
    if (test.type !== 'BinaryExpression' || test.operator !== '!==' || test.left.type !== 'UnaryExpression') return [];
    const { operator, argument } = test.left;
    if (operator !== 'typeof' || argument.type !== 'Identifier') return [];
    const position = params.findIndex((each) => each.type === 'Identifier' && each.name === argument.name);
    return position < 0 ? [] : [{ position, parameter: argument.name }];
  });
}

function answersFalse(statement: Node): boolean {
  const [only] = statement.type === 'BlockStatement' ? statement.body : [statement];
  return only?.type === 'ReturnStatement' && only.argument?.type === 'Literal' && only.argument.value === false;
}
