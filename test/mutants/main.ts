/**
 * Tries the gate on mutants, with real attempts: `node test/mutants/main.ts [NAME...]`. All of them take about an hour on two
 * cores. Exit code 1 when a verdict is not that of expected.yaml.
 */
import { expectedVerdicts, judgeMutant, surprisesIn } from './judge-mutant.ts';
import { mutants } from './mutants.ts';

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : Object.keys(mutants)) {
  const mutant = mutants[name];
  const expected = expectedVerdicts[name];
  if (!mutant || !expected) throw new Error(`there is no mutant ${name}; there are ${Object.keys(mutants).join(', ')}`);
  const verdict = await judgeMutant(mutant);
  const surprises = surprisesIn(verdict, expected);
  console.log(
    `${surprises.length === 0 ? 'ok' : `NOT AS EXPECTED (${surprises.join('; ')})`} ${name}: ${verdict.verdict}. ${verdict.because.join(' ')}`,
  );
  if (surprises.length > 0) process.exitCode = 1;
}
