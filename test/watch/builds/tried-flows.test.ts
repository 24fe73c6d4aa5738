import { expect, test } from 'vitest';
import type { Attempt, Cell } from '../../../src/contracts/attempt.ts';
import { triedOf } from '../../../src/watch/builds/tried-flows.ts';
import { exampleCell, exampleRun, failedAttempt, infraAttempt, passedAttempt } from '../../fixtures/example-run.ts';

const build = '2.3000.1044822804';
const report = (...cells: [Partial<Cell>, Attempt[]][]) => ({
  run: exampleRun,
  cells: cells.map(([axes, attempts]) => ({ ...exampleCell(axes), expectation: null, surprise: false, attempts })),
});
const live = (...builds: string[]) =>
  passedAttempt({ live: { accounts: [], builds, switches: {}, intercepts: false } });

test('attempts are counted by version and flow, and what the machine spoiled counts for nothing', () => {
  const tried = triedOf(
    report(
      [{ library: '1.34.2' }, [passedAttempt(), failedAttempt(), infraAttempt()]],
      [{ library: '1.34.2', browser: '107' }, [failedAttempt()]],
      [{ library: '1.34.7' }, [failedAttempt({ blame: 'harness' })]],
    ),
    build,
  );
  expect(tried).toMatchObject({ run: exampleRun.id, note: null });
  expect(tried.flows).toEqual([
    {
      ...{ library: '1.34.2', flow: 'qr-to-ready', passed: 1, failed: 2, spoiled: 1 },
      ...{ code: 'no-ready', cause: 'window.Store.User.getMeUser is not a function' },
    },
    { library: '1.34.7', flow: 'qr-to-ready', passed: 0, failed: 0, spoiled: 1, code: null, cause: null },
  ]);
});

test('cells with a condition or another value of a switch say nothing of a flow as it usually is', () => {
  const axes: Partial<Cell>[] = [{ condition: 'early-sync' }, { switches: { prefetch: 'false' } }];
  expect(
    triedOf(report(...axes.map((each): [Partial<Cell>, Attempt[]] => [each, [failedAttempt()]])), build).flows,
  ).toEqual([]);
});

test('an attempt on the live site counts only where every page of it was of the build', () => {
  const older = '2.3000.1032534684';
  const attempts = [live(build), live(older), live(older, build), live(build, older), live()];
  const { flows, note } = triedOf(report([{ target: 'live', build: 'live' }, attempts]), build);
  expect(flows).toMatchObject([{ passed: 1, failed: 0, spoiled: 4 }]);
  expect(note).toBe('4 attempts met another build');
});

test('attempts that the policy refuses are counted in the note and for no version', () => {
  const refused = infraAttempt({ code: 'limit-reached' });
  const { flows, note } = triedOf(report([{ target: 'live', build: 'live' }, [live(build), refused]]), build);
  expect(flows).toMatchObject([{ passed: 1, failed: 0, spoiled: 1 }]);
  expect(note).toBe('1 attempt would have exceeded the limits of the accounts');
});
