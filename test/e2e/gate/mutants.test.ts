import { expect, test } from 'vitest';
import { type ExpectedVerdict, expectedVerdicts, judgeMutant, surprisesIn } from '../../mutants/judge-mutant.ts';
import { type Mutant, mutants } from '../../mutants/mutants.ts';
import { attemptSameVersion, verdictsOnSameVersion } from '../../mutants/same-version.ts';

/** Those that the gate decides within a few attempts; `node test/mutants/main.ts` tries all. */
test.each(['never-ready', 'session-lost'])('the gate sees through the mutant %s, on real attempts', async (name) => {
  const verdict = await judgeMutant(mutants[name] as Mutant);
  expect(surprisesIn(verdict, expectedVerdicts[name] as ExpectedVerdict), verdict.because.join(' ')).toEqual([]);
});

/** `node test/mutants/try-same-version.ts` makes 100 pairs. */
test('one version against itself is not blocked, on real attempts', async () => {
  const dealt = await attemptSameVersion(3);
  expect(dealt.map(({ attempt }) => attempt.outcome)).toEqual(Array(6).fill('passed'));
  const verdicts = verdictsOnSameVersion(dealt);
  expect(verdicts.map(({ verdict, flows }) => [verdict, flows[0]?.pairs])).toEqual(
    [1, 2, 3].map((pairs) => ['inconclusive', pairs]),
  );
});

test('every mutant has an expected verdict', () => {
  expect(Object.keys(expectedVerdicts)).toEqual(Object.keys(mutants));
});
