import { expect, test } from 'vitest';
import { exitCode } from '../../src/contracts/exit-code.ts';
import { exitOfRun } from '../../src/runs/exit-of-run.ts';
import { plannedSummary, withAttempt } from '../../src/words/cell-summary.ts';
import { failedAttempt, infraAttempt, passedAttempt, planned } from '../fixtures/example-run.ts';

const lost = () => infraAttempt({ code: 'worker-lost' });

test.each([
  ['made again and passed', [lost(), passedAttempt()], 'passed', exitCode.asExpected],
  ['made again and failed', [lost(), lost(), failedAttempt()], 'failed', exitCode.unexpected],
  ['lost for good', [lost(), lost()], 'infra', exitCode.trouble],
] as const)('an attempt whose worker was lost, and that was %s, makes the cell %s', (_, attempts, outcome, exit) => {
  const summary = attempts.reduce(withAttempt, plannedSummary(planned()));
  expect(summary).toMatchObject({ outcome, made: attempts.length });
  expect(exitOfRun([summary], { interrupted: false })).toBe(exit);
});

test('one attempt of several that is lost for good makes the run no success, though the others passed', () => {
  const summary = [passedAttempt(), lost()].reduce(withAttempt, plannedSummary(planned({}, null, 2)));
  expect(summary.outcome).toBe('passed');
  expect(exitOfRun([summary], { interrupted: false })).toBe(exitCode.trouble);
});
