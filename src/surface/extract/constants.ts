import type { Node } from 'oxc-parser';
import type { SourceFile } from './source-file.ts';
import { text, unknown, type Value } from './values.ts';
import { walk } from './walk.ts';

/**
 * The text or object of texts that an expression of Node code evaluates to. A name is looked up among all `const` of the file,
 * since selectors are declared inside the method that uses them.
 */
export function constantOf(node: Node | undefined, file: SourceFile): Value {
  switch (node?.type) {
    case 'Literal':
      return typeof node.value === 'string' ? text(node.value) : unknown;
    case 'Identifier': {
      const init = initializers(file).get(node.name);
      return init && init.type !== 'Identifier' ? constantOf(init, file) : unknown;
    }
    case 'ObjectExpression': {
      const members = new Map<string, Value>();
      for (const property of node.properties) {
        if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
        members.set(property.key.name, constantOf(property.value, file));
      }
      return { kind: 'object', members, spreads: [] };
    }
    default:
      return unknown;
  }
}

const cache = new WeakMap<SourceFile, Map<string, Node>>();

/** Initializers of every `const name = …` of the file; the first of several with the same name. */
export function initializers(file: SourceFile): Map<string, Node> {
  const known = cache.get(file);
  if (known) return known;
  const found = new Map<string, Node>();
  walk(file.program, (node) => {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) return;
    if (!found.has(node.id.name)) found.set(node.id.name, node.init);
  });
  cache.set(file, found);
  return found;
}
