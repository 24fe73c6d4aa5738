import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { selftestRow } from '../../src/cli/gate/run-selftest.ts';
import { missedBars, runSelftestCase, selftestCases } from '../../src/gate/selftest.ts';
import { defaultPolicy } from './evidence-of.ts';

const documented = readFileSync('docs/gate.md', 'utf8');
const cases = selftestCases(defaultPolicy);
/** Cases that end soon, so that all of their simulations take no time. */
const quick = cases.filter(({ name }) => /candidate (49|0) %|all broken/.test(name));

describe('the table of error rates in docs/gate.md', () => {
  it('has a row for every case, in which the promise is kept', () => {
    for (const { group, name } of cases) expect(documented).toContain(`| ${group} | ${name} |`);
    expect(documented).not.toContain('✗ |');
    expect(documented).toContain('Every promise is kept');
  });

  it.each(quick.map((each) => [each.name, each] as const))('is what the simulation gives: %s', (_, each) => {
    const result = runSelftestCase(each, defaultPolicy);
    const row = selftestRow(each, result, missedBars(each, result, defaultPolicy).length === 0);
    expect(documented).toContain(row);
  });
});
