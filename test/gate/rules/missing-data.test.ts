import { describe, expect, it } from 'vitest';
import { EvidenceCollector } from '../../../src/gate/evidence-collector.ts';
import { judge } from '../../../src/gate/judge.ts';
import { asOf, attempt, attempts, defaultPolicy, verdictOn } from '../evidence-of.ts';

const other = { build: '2.3000.7' };

describe('missing data never promotes', () => {
  it('without any attempt', () => {
    const verdict = verdictOn([]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by missing-data');
    expect(verdict.because[0]).toBe('There is no attempt of either version.');
  });

  it.each([
    [
      'a candidate that was never tried',
      attempts('old', 200, 0),
      'The candidate was never tried on 2.3000.1029241508.',
    ],
    ['a baseline that was never tried', attempts('new', 200, 0), 'The baseline was never tried on 2.3000.1029241508.'],
    [
      'arms that were tried on different builds',
      [...attempts('old', 200, 0), ...attempts('new', 200, 0, other)],
      'The baseline was never tried on 2.3000.7; the candidate was never tried on 2.3000.1029241508.',
    ],
    [
      'one cell that only one arm was tried in',
      [...attempts('old', 200, 0), ...attempts('new', 200, 0), ...attempts('old', 1, 0, other)],
      'The candidate was never tried on 2.3000.7.',
    ],
    [
      'a candidate whose attempts are all too old',
      [...attempts('old', 200, 0), ...attempts('new', 200, 0, { startedAt: '2026-01-02T23:59:59.000Z' })],
      'The candidate has only attempts that are not of the last 168 h on 2.3000.1029241508.',
    ],
    [
      'a candidate whose attempts are all of a clock that is a year ahead',
      [...attempts('old', 200, 0), ...attempts('new', 200, 0, { startedAt: '2027-01-09T00:00:00.000Z' })],
      'The candidate has only attempts that are not of the last 168 h on 2.3000.1029241508.',
    ],
    [
      'a cell in which everything was spoiled, among many that are fine',
      [
        ...attempts('old', 200, 0),
        ...attempts('new', 200, 0),
        ...attempts('old', 3, 0, other),
        attempt('new', { ...other, outcome: 'infra', code: 'harness-error', blame: 'harness' }),
      ],
      'Every attempt of the candidate on 2.3000.7 was spoiled by the harness or the machine.',
    ],
    [
      'two versions of which neither ever succeeds',
      [...attempts('old', 0, 200), ...attempts('new', 0, 200)],
      'Neither version succeeded once: to be as good as that promotes nothing.',
    ],
    [
      'a baseline that is not the version it names',
      [
        ...attempts('old', 200, 0),
        ...attempts('new', 200, 0),
        attempt('old', { outcome: 'failed', phase: 'launch', code: 'provenance-mismatch', blame: 'harness' }),
      ],
      '1 attempt of the baseline did not run the version it names.',
    ],
  ])('%s', (_, given, why) => {
    const verdict = verdictOn(given);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by missing-data');
    expect(verdict.because[0]).toBe(`qr-to-ready: ${why}`);
  });

  it.each([
    [
      { build: ['2.3000.7', '2.3000.8', '2.3000.9'] },
      'with build 2.3000.8; there is no attempt of either version with build 2.3000.9.',
    ],
    [{ flow: ['qr-to-ready', 'qr-to-redy'] }, 'with flow qr-to-redy.'],
    [
      { flow: ['qr-to-ready', 'restore-to-ready'], build: ['2.3000.7'] },
      'with flow restore-to-ready and build 2.3000.7.',
    ],
  ])('of a shard that is lost or a name that is mistyped: %o', (narrowing, why) => {
    const given = [...attempts('old', 200, 0, other), ...attempts('new', 200, 0, other)];
    const collector = new EvidenceCollector(
      { baseline: 'old', candidate: 'new', askedAt: asOf, narrowing },
      defaultPolicy,
    );
    for (const each of given) collector.add(each);
    const { verdict, rule, because } = judge(collector.evidence(), defaultPolicy);
    expect(`${verdict} by ${rule}`).toBe('inconclusive by missing-data');
    expect(because[0]).toBe(`There is no attempt of either version ${why}`);
  });

  it('but does not hide breakage that is there', () => {
    const verdict = verdictOn([...attempts('old', 20, 0), ...attempts('new', 0, 20), ...attempts('old', 1, 0, other)]);
    expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by fast-path');
  });
});
