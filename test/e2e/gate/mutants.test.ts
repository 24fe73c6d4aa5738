import { expect, test } from 'vitest';
import { type ExpectedVerdict, expectedVerdicts, judgeMutant, surprisesIn } from '../../mutants/judge-mutant.ts';
import { type Mutant, mutants } from '../../mutants/mutants.ts';

/** Those that the gate decides within a few attempts; `node test/mutants/main.ts` tries all. */
test.each(['never-ready', 'session-lost'])('the gate sees through the mutant %s, on real attempts', async (name) => {
  const verdict = await judgeMutant(mutants[name] as Mutant);
  expect(surprisesIn(verdict, expectedVerdicts[name] as ExpectedVerdict), verdict.because.join(' ')).toEqual([]);
});

test('every mutant has an expected verdict', () => {
  expect(Object.keys(expectedVerdicts)).toEqual(Object.keys(mutants));
});
