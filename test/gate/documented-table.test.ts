import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { selftestRow } from '../../src/cli/gate/run-selftest.ts';
import { missedBars, runSelftestCase } from '../../src/gate/selftest.ts';
import { isInShort, selftestCases } from '../../src/gate/selftest-cases.ts';
import { defaultPolicy } from './evidence-of.ts';

/** What is between the marks of a document that says it was made by the selftest. */
function madeBySelftest(file: string): string {
  const [, made] =
    /<!-- made by `npm run gate:selftest` -->\n(.*?)<!-- end -->/s.exec(readFileSync(file, 'utf8')) ?? [];
  return made as string;
}

const documented = madeBySelftest('docs/gate.md');
const cases = selftestCases(defaultPolicy);
/** The table of README.md and a row of several cells; all rows take minutes. */
const simulated = cases.filter((each) => isInShort(each) || each.name === 'all broken');

describe('the table of error rates in docs/gate.md', () => {
  it('begins with the table of README.md, which has the usual baseline', () => {
    expect(documented.startsWith(madeBySelftest('README.md'))).toBe(true);
    expect(madeBySelftest('README.md').match(/^\| one cell/gm)).toHaveLength(cases.filter(isInShort).length);
  });

  it('has a row for every case, in which the promise is kept', () => {
    for (const { group, name } of cases) expect(documented).toContain(`| ${group} | ${name} |`);
    expect(documented).not.toContain('✗ |');
    expect(documented).toContain('Every promise is kept');
  });

  it.each(simulated.map((each) => [each.name, each] as const))(
    'is what the simulation gives: %s',
    (_, each) => {
      const result = runSelftestCase(each, defaultPolicy);
      const row = selftestRow(each, result, missedBars(each, result, defaultPolicy).length === 0);
      expect(documented).toContain(row);
    },
    120_000,
  );
});
