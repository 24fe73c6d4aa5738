import type { Node } from 'oxc-parser';
import { isCallable } from './library-code.ts';
import { pageCall } from './page-calls.ts';
import { childrenOf } from './walk.ts';

/** Statements after which the body may have ended, and whose parts run only sometimes. */
const branches: ReadonlySet<string> = new Set([
  ...['IfStatement', 'SwitchStatement', 'TryStatement', 'WhileStatement', 'DoWhileStatement'],
  ...['ForStatement', 'ForOfStatement', 'ForInStatement'],
]);

/** Expressions whose parts run later or only sometimes. */
const detours: ReadonlySet<string> = new Set([
  ...['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration', 'ClassExpression'],
  ...['ConditionalExpression', 'LogicalExpression'],
]);

/**
 * The nodes of a method's body that run each time that the method does, in source sequence: none of a branch, loop, callback or try block,
 * nor what stands after something that may end the method.
 *
 * @param where `node`: code outside of page functions; `page`: in those that the method evaluates in the page
 */
export function alwaysRun(body: Node, where: 'node' | 'page'): Node[] {
  const found: Node[] = [];
  /** False when what follows may not run. */
  const look = (node: Node, isWanted: boolean): boolean => {
    if (branches.has(node.type)) return false;
    if (detours.has(node.type)) return true;
    if (isWanted) found.push(node);
    const isEvaluation = node.type === 'CallExpression' && pageCall(node) === 'evaluate';
    for (const child of childrenOf(node)) {
      const isPage = isEvaluation && isCallable(child);
      if (isPage && where === 'page' && child.body) look(child.body, true);
      if (!isPage && !look(child, isWanted)) return false;
    }
    return node.type !== 'ReturnStatement' && node.type !== 'ThrowStatement';
  };
  look(body, where === 'node');
  return found;
}
