import { type Node, visitorKeys } from 'oxc-parser';

/** Calls `enter` with every node from `root` down, in source order. */
export function walk(root: Node, enter: (node: Node) => void): void {
  someNode(root, (node) => {
    enter(node);
    return false;
  });
}

/**
 * Calls `test` with the nodes from `root` down, in source order, until one passes. Code may be nested as deeply as the parser reads it.
 *
 * @param isOpen false for a node below which nothing is looked at
 */
export function someNode(
  root: Node,
  test: (node: Node) => boolean,
  isOpen: (node: Node) => boolean = () => true,
): boolean {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (test(node)) return true;
    if (isOpen(node)) pushChildren(node, waiting);
  }
  return false;
}

/** The nodes right below one, in source order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  pushChildren(node, children);
  return children.reverse();
}

/**
 * Puts the nodes right below one on a stack, the first in the source on top. A page has millions of nodes: a list or an iterator for each
 * takes longer than to look at it.
 */
export function pushChildren(node: Node, stack: Node[]): void {
  const keys = visitorKeys[node.type];
  if (keys === undefined) return;
  const bottom = stack.length;
  for (let i = keys.length - 1; i >= 0; i -= 1) {
    const value = (node as unknown as Record<string, Node | null | undefined | (Node | null)[]>)[keys[i] as string];
    if (Array.isArray(value)) {
      for (let j = value.length - 1; j >= 0; j -= 1) {
        const item = value[j];
        if (item) stack.push(item);
      }
    } else if (value) stack.push(value);
  }
  if (interleaved.has(node.type)) {
    for (const child of stack.splice(bottom).sort((a, b) => b.start - a.start)) stack.push(child);
  }
}

/** Nodes whose keys are not in the sequence of the source. */
const interleaved: ReadonlySet<string> = new Set(['TemplateLiteral', 'TSTemplateLiteralType']);
