import { expect, test } from 'vitest';
import { EvidenceCollector } from '../../../src/gate/evidence-collector.ts';
import { judge } from '../../../src/gate/judge.ts';
import { verdictJunit } from '../../../src/report/verdict/verdict-junit.ts';
import { asOf, attempts, defaultPolicy, verdictOn } from '../../gate/evidence-of.ts';

const equal = [...attempts('old', 80, 0), ...attempts('new', 80, 0)];

test('a promotion has a passed case per flow and nothing else', () => {
  expect(verdictJunit(verdictOn(equal))).toContain('tests="1" failures="0" errors="0"');
});

test('a shard that was lost is an error, though every flow that was tried would be promoted', () => {
  const narrowing = { build: ['2.3000.1029241508', '2.3000.1044822804'] };
  const collector = new EvidenceCollector(
    { baseline: 'old', candidate: 'new', askedAt: asOf, narrowing },
    defaultPolicy,
  );
  for (const attempt of equal) collector.add(attempt);
  const verdict = judge(collector.evidence(), defaultPolicy);
  expect(verdict.flows.map((flow) => flow.verdict)).toEqual(['promote']);
  const junit = verdictJunit(verdict);
  expect(junit).toContain('tests="2" failures="0" errors="1"');
  expect(junit).toMatch(/<testsuite [^>]* timestamp="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" hostname="[^"]+">/);
  expect(junit).not.toMatch(/ classname="[^"]*\./);
  expect(junit).toContain('<error message="There is no attempt of either version with build 2.3000.1044822804.">');
});

test('without any attempt there is one case, an error', () => {
  expect(verdictJunit(verdictOn([]))).toContain('tests="1" failures="0" errors="1"');
});
