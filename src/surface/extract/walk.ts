import type { Node } from 'oxc-parser';

/** Calls `enter` with every node from `root` down, in source order. */
export function walk(root: Node, enter: (node: Node) => void): void {
  enter(root);
  for (const child of childrenOf(root)) walk(child, enter);
}

export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item && typeof item === 'object' && typeof item.type === 'string') children.push(item as Node);
    }
  }
  return children.sort((a, b) => a.start - b.start);
}
