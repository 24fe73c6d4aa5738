import { type Node, visitorKeys } from 'oxc-parser';

/** Calls `enter` with every node from `root` down, in source order. */
export function walk(root: Node, enter: (node: Node) => void): void {
  enter(root);
  for (const child of childrenOf(root)) walk(child, enter);
}

/** The nodes right below one, in source order. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  let isSorted = true;
  const add = (item: unknown): void => {
    if (typeof item !== 'object' || item === null) return;
    const child = item as Node;
    const last = children.at(-1);
    if (last !== undefined && last.start > child.start) isSorted = false;
    children.push(child);
  };
  for (const key of visitorKeys[node.type] ?? []) {
    const value = (node as unknown as Record<string, unknown>)[key];
    if (Array.isArray(value)) for (const item of value) add(item);
    else add(value);
  }
  return isSorted ? children : children.sort((a, b) => a.start - b.start);
}
