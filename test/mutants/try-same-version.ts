/**
 * A/A on real attempts: the same version in both arms, judged after every pair and as a whole, without an early end:
 *
 *     node test/mutants/try-same-version.ts [PAIRS] [FILE]
 *
 * 100 pairs, 200 attempts, take about five minutes on two quiet cores. FILE keeps the attempts, one JSON line each;
 * test/mutants/same-version.jsonl was made so. Exit code 1 when anything was blocked.
 */
import { writeFileSync } from 'node:fs';
import { policySchema } from '../../src/contracts/policy.ts';
import { parseYamlFile } from '../../src/contracts/yaml-file.ts';
import { attemptSameVersion, verdictsOnSameVersion } from './same-version.ts';

const [pairs = '100', file] = process.argv.slice(2);
const { looks } = parseYamlFile('compat-matrix/policy.yaml', policySchema).success;
const dealt = await attemptSameVersion(Number(pairs));
if (file) writeFileSync(file, dealt.map((each) => `${JSON.stringify(each)}\n`).join(''));
const verdicts = verdictsOnSameVersion(dealt);
verdicts.forEach(({ verdict, because }, i) => {
  const isWhole = i === verdicts.length - 1;
  if (isWhole || looks.includes(i + 1) || verdict === 'block') {
    console.log(`${isWhole ? `whole, ${dealt.length} attempts` : `after ${i + 1} pairs`}: ${verdict}. ${because[0]}`);
  }
});
if (verdicts.some(({ verdict }) => verdict === 'block')) process.exitCode = 1;
