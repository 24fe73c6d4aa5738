import fc from 'fast-check';
import { conditions } from '../../src/replica/conditions/conditions.ts';
import { rules } from './attempt-cell.ts';

/** Conditions of which `expectations.yaml` says that they make something fail in this library. */
export function conditionsThatMatter(library: string): Set<string> {
  const failing = rules.filter((rule) => rule.expect.outcome === 'failed' && rule.library?.includes(library));
  return new Set(failing.flatMap((rule) => rule.condition ?? []).flatMap((text) => text.split('+')));
}

/** Any one or more of the other conditions, joined as a cell has them. */
export function unaffectedBy(library: string): fc.Arbitrary<string> {
  const matter = conditionsThatMatter(library);
  const others = conditions.map(({ name }) => name).filter((name) => !matter.has(name));
  return fc.subarray(others, { minLength: 1 }).map((names) => [...names].sort().join('+'));
}
