import { expect, test } from 'vitest';
import { exitCode } from '../../src/contracts/exit-code.ts';
import { checkSources } from '../../src/nightly/check-sources.ts';

const build = '2.3000.1044822804';

test('a version that is expected not to work is known, and each step that is not expected to stop is named with its line', async () => {
  // Rules of expectations.yaml are for the versions of the matrix: for 2.3000.1040000000 there is none.
  const { exit, sentence, details } = await checkSources(['1.25.0', '1.34.7'], [build, '2.3000.1040000000'], () => {});
  expect(exit).toBe(exitCode.unexpected);
  expect(sentence).toMatch(/^2 versions on 2 builds: \d not as expected, \d known not to work$/);
  for (const line of details)
    expect(line).toMatch(/^1\.\S+ on 2\.3000\.1040000000 stops at \w+: \S.* \(src\/\S+:\d+\)$/);
});
