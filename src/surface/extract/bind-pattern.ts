import type { BindingPattern, Expression, Node } from 'oxc-parser';
import type { Around, Reading } from './around.ts';
import { evaluate } from './evaluate.ts';
import { readMember } from './note.ts';
import { type Scope, unknown, type Value } from './values.ts';

/** Declares the names of a pattern: `const { Msg, Chat: chats = {} } = value`, parameters, assignments to patterns. */
export function bindPattern(pattern: Node, value: Value, scope: Scope, reading: Reading, around: Around): void {
  switch (pattern.type) {
    case 'Identifier':
      scope.declare(pattern.name, value);
      return;
    case 'AssignmentPattern': {
      const fallback = evaluate(pattern.right, scope, reading, { ...around, conditional: true });
      bindPattern(pattern.left as BindingPattern, value.kind === 'unknown' ? fallback : value, scope, reading, around);
      return;
    }
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') {
          bindPattern(property.argument, unknown, scope, reading, around);
          continue;
        }
        const key = property.key;
        const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : null;
        if (property.computed) evaluate(key as Expression, scope, reading, around);
        const member =
          name === null || property.computed
            ? unknown
            : readMember(reading, around, value, name, { at: key, source: pattern, optional: false });
        bindPattern(property.value, member, scope, reading, around);
      }
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) {
        if (element) bindPattern(element, unknown, scope, reading, around);
      }
      return;
    case 'RestElement':
      bindPattern(pattern.argument, unknown, scope, reading, around);
      return;
  }
}
