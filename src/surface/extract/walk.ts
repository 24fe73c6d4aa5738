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
  let last = -1;
  const add = (child: Node | null | undefined): void => {
    if (typeof child !== 'object' || child === null) return;
    if (child.start < last) isSorted = false;
    last = child.start;
    children.push(child);
  };
  const keys = visitorKeys[node.type];
  if (keys === undefined) return children;
  for (const key of keys) {
    const value = (node as unknown as Record<string, Node | null | undefined | (Node | null)[]>)[key];
    if (Array.isArray(value)) for (const item of value) add(item);
    else add(value);
  }
  return isSorted ? children : children.sort((a, b) => a.start - b.start);
}
