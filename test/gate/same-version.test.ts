import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { judgedAttemptSchema } from '../../src/contracts/judged-attempt.ts';
import { type DealtAttempt, verdictsOnSameVersion } from '../mutants/same-version.ts';
import { defaultPolicy } from './evidence-of.ts';

/** Real attempts of one version in both arms, made by test/mutants/try-same-version.ts. */
const dealt = readFileSync('test/mutants/same-version.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line): DealtAttempt => {
    const { arm, attempt } = JSON.parse(line) as DealtAttempt;
    return { arm, attempt: judgedAttemptSchema.parse(attempt) };
  });

it('200 real attempts of one version against itself are blocked after no pair, and promoted as a whole', () => {
  const verdicts = verdictsOnSameVersion(dealt);
  expect(dealt).toHaveLength(200);
  expect(verdicts.map(({ verdict }) => verdict)).not.toContain('block');
  const atLooks = defaultPolicy.success.looks.map((look) => verdicts[look - 1]?.verdict);
  expect(atLooks.slice(0, 5)).toEqual([...Array.from({ length: 3 }, () => 'inconclusive'), 'promote', 'promote']);
  expect(verdicts.at(-1)).toMatchObject({ verdict: 'promote', rule: 'success-rate' });
});

it('both arms are attempted back to back, and go first equally often', () => {
  const pairs = dealt.filter((_, i) => i % 2 === 0).map(({ arm }, i) => [arm, dealt[2 * i + 1]?.arm]);
  for (const pair of pairs) expect(pair.toSorted()).toEqual(['baseline', 'candidate']);
  expect(pairs.filter(([first]) => first === 'baseline')).toHaveLength(pairs.length / 2);
});
