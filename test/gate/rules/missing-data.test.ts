import { describe, expect, it } from 'vitest';
import { comparisonOf } from '../../../src/gate/evidence/evidence.ts';
import { EvidenceCollector } from '../../../src/gate/evidence-collector.ts';
import { judge } from '../../../src/gate/judge.ts';
import { missingData, untriedChoices } from '../../../src/gate/rules/missing-data.ts';
import { armOf, cellOf, placeOf } from '../cell-of.ts';
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

describe('what is missing in a flow', () => {
  const missing = (...cells: Parameters<typeof missingData>[0]['cells']) =>
    missingData({ flow: 'f', cells }, defaultPolicy, comparisonOf({ flows: [{ flow: 'f', cells }] }));
  const fine = cellOf(9, [80, 80]);

  it('is nothing where both versions were tried and work', () => {
    expect(missing(fine)).toEqual([]);
    // Old or spoiled attempts beside fresh ones are no gap.
    const some = { stale: 3, infra: 1 };
    expect(missing(cellOf(1, armOf([9, 9], some), armOf([9, 9], some)))).toEqual([]);
  });

  it('are cells that neither version was tried in', () => {
    expect(missing(fine, cellOf(1, [0, 0]), cellOf(2, [0, 0]))).toEqual([
      'Neither version was tried on 2.3000.1, 2.3000.2.',
    ]);
  });

  it('are attempts that are too old, whether or not others were spoiled', () => {
    const stale = armOf([0, 0], { stale: 1, infra: 1 });
    expect(missing(fine, cellOf(1, stale, [9, 9]))).toEqual([
      'The baseline has only attempts that are not of the last 168 h on 2.3000.1.',
    ]);
  });

  it('are several attempts of the baseline that did not run the version they name', () => {
    const other = armOf([80, 80], { mismatched: 1 });
    expect(missing(cellOf(1, other, [80, 80]), cellOf(2, other, [80, 80]))).toEqual([
      '2 attempts of the baseline did not run the version they name.',
    ]);
  });

  it('is one success, where both versions were tried in some cell', () => {
    const sentence = 'Neither version succeeded once: to be as good as that promotes nothing.';
    expect(missing(cellOf(1, [0, 9]))).toEqual([sentence]);
    expect(missing(cellOf(1, [0, 9]), cellOf(2, [0, 0]))).toEqual(['Neither version was tried on 2.3000.2.', sentence]);
    expect(missing(cellOf(1, [0, 9], [0, 0]))).toEqual(['The candidate was never tried on 2.3000.1.']);
    expect(missing(cellOf(1, [0, 9], [1, 9]))).not.toContain(sentence);
  });

  it('are cells in which it is not known yet whether the baseline works, where a version works elsewhere', () => {
    expect(missing(fine, cellOf(1, [0, 3]))).toEqual([
      'The baseline has not succeeded yet on 2.3000.1: it takes 4 attempts of each version to close a cell.',
    ]);
    expect(missing(fine, cellOf(1, [0, 4]))).toEqual([]);
  });
});

describe('what was asked for by name', () => {
  const untried = (narrowing: { build?: string[]; flow?: string[] }, ...cells: ReturnType<typeof cellOf>[]) =>
    untriedChoices({
      ...{ baseline: 'old', candidate: 'new', askedAt: asOf, newestAttempt: null, hardFindings: [], outside: [] },
      narrowing,
      flows: [...Map.groupBy(cells, ({ place }) => place.flow)].map(([flow, its]) => ({ flow, cells: its })),
    });
  const tried = [cellOf(1, [1, 1], [0, 0]), cellOf(2, [0, 0], [1, 1])];

  it('is known where either version was tried', () => {
    expect(untried({ build: ['2.3000.1', '2.3000.2'], flow: ['f'] }, ...tried)).toEqual([]);
    expect(untried({}, ...tried)).toEqual([]);
  });

  it('is unknown where nothing but the plan names it', () => {
    expect(untried({ build: ['2.3000.3'] }, ...tried, cellOf(3, [0, 0]))).toEqual([
      'There is no attempt of either version with build 2.3000.3.',
    ]);
    expect(untried({ flow: ['g'] }, ...tried, cellOf(placeOf(1, { flow: 'g' }), [0, 0]))).toEqual([
      'There is no attempt of either version with flow g.',
    ]);
  });

  it('is each build for each flow', () => {
    const other = cellOf(placeOf(2, { flow: 'g' }), [1, 1]);
    expect(untried({ build: ['2.3000.1', '2.3000.2'], flow: ['f', 'g'] }, ...tried, other)).toEqual([
      'There is no attempt of either version with flow g and build 2.3000.1.',
    ]);
  });
});
