import fc from 'fast-check';
import { conditions, lastsSeconds } from '../../src/replica/conditions/conditions.ts';
import { rules } from './attempt-cell.ts';

/** Conditions of which `expectations.yaml` says that they make something fail in this library. */
export function conditionsThatMatter(library: string): Set<string> {
  const failing = rules.filter((rule) => rule.expect.outcome === 'failed' && rule.library?.includes(library));
  return new Set(failing.flatMap((rule) => rule.condition ?? []).flatMap((text) => text.split('+')));
}

/** Pairs that come to this today and that tomorrow; see "Races" in docs/flows.md. */
const races: Readonly<Record<string, readonly string[]>> = {
  'repeated-sync': ['1.33.2', '1.34.2'],
  'same-document-navigation': ['1.24.0', '1.25.0', '1.33.2', '1.34.2', '1.34.7'],
  'post-logout-boot': ['1.24.0'],
};

const flows = ['qr-to-ready', 'pairing-code-to-ready', 'restore-to-ready', 'message-round-trip'];

/** Any flow with any of the other conditions. */
export function unaffectedCells(library: string): fc.Arbitrary<{ flow: string; condition: string }> {
  const matter = conditionsThatMatter(library);
  const others = conditions
    .filter(({ profile }) => !profile) // what those show depends on the browser
    .map(({ name }) => name)
    .filter((name) => lastsSeconds(name) < 60) // a sample of `npm test` is short
    .filter((name) => !matter.has(name) && !races[name]?.includes(library));
  return fc.record({ flow: fc.constantFrom(...flows), condition: fc.constantFrom(...others) });
}
