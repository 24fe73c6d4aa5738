import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Node, parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { childrenOf, someNode, walk } from '../../src/surface/extract/walk.ts';

const root = join(import.meta.dirname, '../..');
const files = globSync('{src/surface,src/replica,src/web,test/surface}/**/*.{ts,tsx}', { cwd: root });
const programs = files.map((file) => parseSync(file, readFileSync(join(root, file), 'utf8')).program);
const everyNode: Node[] = [];
for (const program of programs) walk(program, (node) => everyNode.push(node));

/** A type of which the parts are not in the sequence of their keys. */
type Interleaved = `${'a' | 'b'}${'c'}d`;

test('the nodes below a node come in the order of the source', () => {
  const parts: Interleaved = `${'a'}${'c'}d`;
  const outOfOrder = everyNode.filter((node) => {
    const starts = childrenOf(node).map(({ start }) => start);
    return starts.some((start, i) => start < (starts[i - 1] ?? 0));
  });
  expect(parts).toBe('acd');
  expect(new Set(everyNode.map(({ type }) => type)).size).toBeGreaterThan(80);
  expect(outOfOrder.map(({ type }) => type)).toEqual([]);
});

test('a walk comes to each node once, after the node above it', () => {
  const seen = new Set<Node>();
  for (const node of everyNode) {
    seen.add(node);
    const early = childrenOf(node).filter((child) => seen.has(child));
    if (early.length > 0) throw new Error(`a ${node.type} comes after what is below it`);
  }
  expect(seen.size).toBe(everyNode.length);
  const below = everyNode.flatMap(childrenOf);
  expect(below.length + programs.length).toBe(everyNode.length);
});

test('a search ends at the first node that passes, and leaves out what is below a closed node', () => {
  const [program] = programs as [Node];
  const seen: string[] = [];
  const found = someNode(program, ({ type }) => {
    seen.push(type);
    return type === 'ImportDeclaration';
  });
  expect(found).toBe(true);
  expect(seen).toEqual(['Program', 'ImportDeclaration']);
  expect(
    someNode(
      program,
      ({ type }) => type === 'ImportSpecifier',
      ({ type }) => type !== 'ImportDeclaration',
    ),
  ).toBe(false);
  expect(someNode(program, ({ type }) => type === 'ImportSpecifier')).toBe(true);
});

test('code that is nested more deeply than the stack can be walked', () => {
  let node = { type: 'Literal', start: 1 } as unknown as Node;
  for (let i = 0; i < 200_000; i += 1) node = { type: 'UnaryExpression', argument: node, start: 0 } as unknown as Node;
  let count = 0;
  walk(node, () => {
    count += 1;
  });
  expect(count).toBe(200_001);
});
