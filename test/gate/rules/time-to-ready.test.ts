import { describe, expect, it } from 'vitest';
import { timeToReady } from '../../../src/gate/rules/time-to-ready.ts';
import { hodgesLehmannRatio } from '../../../src/gate/statistics/hodges-lehmann-ratio.ts';
import { mannWhitney } from '../../../src/gate/statistics/mann-whitney.ts';
import { upperQuantile } from '../../../src/gate/statistics/normal.ts';
import { attempts, verdictOn } from '../evidence-of.ts';

/** Times around `typical` with a spread of ±10 %, no two the same. */
const times = (typical: number, count: number) =>
  Array.from({ length: count }, (_, i) => typical * (0.9 + ((i * 37) % count) / count / 5 + i * 1e-6));
const cell = (baseline: number[], candidate: number[]) => ({
  baseline: { times: baseline },
  candidate: { times: candidate },
});

describe('time to ready', () => {
  it('is slower when the ratio is surely above what is allowed', () => {
    const time = timeToReady([cell(times(3000, 20), times(4500, 20))], 1.25, 0.002);
    expect(time?.ratio.estimate).toBeCloseTo(1.5, 1);
    expect(time?.isSlower).toBe(true);
  });

  it('is not slower when the difference is significant but within what is allowed', () => {
    const time = timeToReady([cell(times(3000, 80), times(3500, 80))], 1.25, 0.002);
    expect(time?.pValue).toBeLessThan(1e-6);
    expect(time?.isSlower).toBe(false);
  });

  it('is not slower by a large ratio that may be chance', () => {
    expect(timeToReady([cell(times(3000, 3), times(9000, 3))], 1.25, 0.002)?.isSlower).toBe(false);
  });

  it('counts attempts that never became ready as slowest', () => {
    const never = Array.from({ length: 30 }, () => Infinity);
    const time = timeToReady([cell(times(3000, 40), [...times(3000, 10), ...never])], 1.25, 0.002);
    expect(time?.medianMs.candidate).toBe(Infinity);
    expect(time?.isSlower).toBe(true);
  });

  it('compares within cells: a fast and a slow build with uneven numbers of attempts are not a difference', () => {
    const fast = cell(times(2000, 40), times(2000, 10));
    const slow = cell(times(9000, 10), times(9000, 40));
    const time = timeToReady([fast, slow], 1.25, 0.002);
    expect(time?.ratio.estimate).toBeCloseTo(1, 1);
    expect(time?.isSlower).toBe(false);
  });

  it('does not take an arm that was tried mostly where nothing works for a slow one', () => {
    const never = (count: number) => Array.from({ length: count }, () => Infinity);
    const works = cell(times(3000, 50), times(3000, 10));
    const hardlyWorks = cell([...times(3000, 1), ...never(9)], [...times(3000, 5), ...never(45)]);
    const time = timeToReady([works, hardlyWorks], 1.25, 0.002);
    expect(time?.ratio.estimate).toBeCloseTo(1, 1);
    expect(time?.isSlower).toBe(false);
  });

  it('says nothing where no attempt became ready or only one arm was tried', () => {
    expect(timeToReady([cell([Infinity], [Infinity]), cell([3000], [])], 1.25, 0.002)).toBeNull();
  });

  it('is no longer than allowed where it is exactly that', () => {
    const constant = (time: number) => Array.from({ length: 30 }, () => time);
    const time = timeToReady([cell(constant(1000), constant(1250))], 1.25, 0.002);
    expect(time).toMatchObject({ ratio: { estimate: 1.25, lower: 1.25 }, isSlower: false, looksSlower: false });
    expect(timeToReady([cell(constant(1000), constant(1250))], 1.24, 0.002)).toMatchObject({
      isSlower: true,
      looksSlower: true,
    });
  });

  it('takes all times of a single cell, also where one arm has more', () => {
    const [baseline, candidate] = [times(3000, 21), times(4000, 6)];
    const [b, c] = [baseline, candidate].map((values) => Float64Array.from(values).sort()) as [
      Float64Array,
      Float64Array,
    ];
    expect(timeToReady([cell(baseline, candidate)], 1.25, 0.01)).toMatchObject({
      medianMs: { baseline: b[10], candidate: ((c[2] as number) + (c[3] as number)) / 2 },
      ratio: hodgesLehmannRatio(b, c, upperQuantile(0.01)),
      pValue: mannWhitney(b, c).pValue,
    });
  });

  it('passes over a cell in which one arm has no time, and takes times in any sequence', () => {
    expect(timeToReady([cell([], [3000])], 1.25, 0.002)).toBeNull();
    expect(timeToReady([cell([3000], [])], 1.25, 0.002)).toBeNull();
    expect(timeToReady([cell([Infinity, 100], [100])], 1.25, 0.002)?.ratio.estimate).toBe(0);
  });

  it('divides the times of each of several cells by their median over both arms, and has medians of the times themselves', () => {
    const [fast, slow] = [cell([100, 100, 100], [200, 200, 200]), cell([1000], [1000])];
    const time = timeToReady([fast, slow], 1.25, 0.01);
    // 100, 150 and 200 stand for 2/3, 1 and 4/3 of the first cell.
    const aligned = [
      [2 / 3, 2 / 3, 2 / 3, 1],
      [1, 4 / 3, 4 / 3, 4 / 3],
    ].map((values) => Float64Array.from(values)) as [Float64Array, Float64Array];
    expect(time?.pValue).toBeCloseTo(mannWhitney(...aligned).pValue, 12);
    expect(time?.ratio.estimate).toBeCloseTo(hodgesLehmannRatio(...aligned, upperQuantile(0.01)).estimate, 12);
    expect(time?.medianMs).toEqual({ baseline: 100, candidate: 200 });
  });

  it('leaves as many times of each arm of several cells as the smaller one has, evenly spread over their ranks', () => {
    const uneven = cell([900, 100, 800, 200, 700, 300, 600, 400, 500], [300, 600, 400]);
    const time = timeToReady([uneven, cell([10_000], [10_000])], 1.25, 0.002);
    // 200, 500 and 800 are left of the first.
    expect(time?.medianMs).toEqual({ baseline: (500 + 800) / 2, candidate: (400 + 600) / 2 });
  });

  describe('of a candidate that always becomes ready', () => {
    const taking = (library: string, typical: number) =>
      times(typical, 80).flatMap((readyMs) => attempts(library, 1, 0, { readyMs }));

    it('blocks it where it is late', () => {
      const verdict = verdictOn([...taking('old', 3000), ...taking('new', 4500)]);
      expect(`${verdict.verdict} by ${verdict.rule}`).toBe('block by time-to-ready');
      expect(verdict.because[0]).toMatch(
        /^qr-to-ready: Ready takes 3\.00 s with the baseline, 4\.49 s with the candidate: 1\.50 times as long, and surely more than 1\.4\d \(allowed 1\.25\)\.$/,
      );
    });

    it('holds it back where it looks slower, but not surely', () => {
      const verdict = verdictOn([...taking('old', 3000), ...taking('new', 3800)]);
      expect(`${verdict.verdict} by ${verdict.rule}`).toBe('inconclusive by time-to-ready');
    });
  });
});
