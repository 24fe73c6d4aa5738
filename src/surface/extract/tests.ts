import type { Expression } from 'oxc-parser';
import type { Around, Reading } from './around.ts';
import { evaluate } from './evaluate.ts';
import { originKey, type Scope } from './values.ts';

/** The context of code that runs after `test`: what the test checks is no longer assumed to exist. */
export function afterTest(test: Expression, scope: Scope, reading: Reading, around: Around): Around {
  const keys = testedKeys(test, scope, reading, around);
  return keys.length === 0 ? around : { ...around, tested: new Set([...around.tested, ...keys]) };
}

function testedKeys(test: Expression, scope: Scope, reading: Reading, around: Around): string[] {
  const deeper = (child: Expression) => testedKeys(child, scope, reading, around);
  switch (test.type) {
    case 'LogicalExpression':
      return [...deeper(test.left), ...deeper(test.right)];
    case 'UnaryExpression':
      return deeper(test.argument);
    case 'BinaryExpression':
      return [...(test.left.type === 'PrivateIdentifier' ? [] : deeper(test.left)), ...deeper(test.right)];
    case 'AssignmentExpression':
      return deeper(test.right);
    case 'ChainExpression':
    case 'Identifier':
    case 'MemberExpression': {
      const value = evaluate(test as Expression, scope, reading, { ...around, silent: true });
      if (value.kind !== 'page') return [];
      return value.origins.flatMap((origin) =>
        origin.path
          .map((_, length) => originKey({ ...origin, path: origin.path.slice(0, length + 1) }))
          .concat(originKey({ ...origin, path: [] })),
      );
    }
    default:
      return [];
  }
}

/** A comparison of the page's build: `compareWwebVersions(window.Debug.VERSION, '>=', '2.3000.1014111620')`. */
export function buildTest(test: Expression): { from: string } | null {
  if (test.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return null;
  const { property } = test.callee;
  if (property.type !== 'Identifier' || property.name !== 'compareWwebVersions') return null;
  const [, operator, build] = test.arguments;
  if (operator?.type !== 'Literal' || operator.value !== '>=') return null;
  return build?.type === 'Literal' && typeof build.value === 'string' ? { from: build.value } : null;
}
