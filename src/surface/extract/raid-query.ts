import type { Argument, Node } from 'oxc-parser';

/**
 * A moduleRaid query that is a function, as text: `default.Chat` for `findModule(m => m.default && m.default.Chat)`;
 * several required members are joined by `+`. Null when it is not a function of one parameter.
 */
export function raidQuery(query: Argument | undefined): string | null {
  if (query?.type !== 'ArrowFunctionExpression' || query.params[0]?.type !== 'Identifier') return null;
  const paths = new Set(pathsOf(query.body as Node, query.params[0].name));
  const longest = [...paths].filter((path) => ![...paths].some((other) => other.startsWith(`${path}.`)));
  return longest.length > 0 ? longest.join('+') : null;
}

/** Member paths of `parameter` that the expression requires; negated ones are left out. */
function pathsOf(node: Node, parameter: string): string[] {
  switch (node.type) {
    case 'LogicalExpression':
      return [...pathsOf(node.left, parameter), ...pathsOf(node.right, parameter)];
    case 'ConditionalExpression':
      return pathsOf(node.test, parameter);
    case 'ChainExpression':
      return pathsOf(node.expression, parameter);
    case 'MemberExpression': {
      const path = pathOf(node, parameter);
      return path ? [path] : [];
    }
    default:
      return [];
  }
}

function pathOf(node: Node, parameter: string): string | null {
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return null;
  if (node.object.type === 'Identifier') return node.object.name === parameter ? node.property.name : null;
  const before = pathOf(node.object, parameter);
  return before ? `${before}.${node.property.name}` : null;
}
