import { describe, expect, it } from 'vitest';
import { countPairs, evenCounts, failureRate } from '../../../src/gate/statistics/counts.ts';

describe('the counts of an uneven cell', () => {
  it('stay as they are up to four attempts of one arm for each of the other', () => {
    const [many, few] = [
      { attempts: 40, failures: 4 },
      { attempts: 10, failures: 1 },
    ];
    expect(evenCounts({ baseline: many, candidate: few })).toEqual({ baseline: many, candidate: few });
    expect(evenCounts({ baseline: few, candidate: many })).toEqual({ baseline: few, candidate: many });
  });

  it('lose attempts of the larger arm beyond that, and keep its rate', () => {
    const [many, few] = [
      { attempts: 100, failures: 10 },
      { attempts: 10, failures: 5 },
    ];
    const fewer = { attempts: 40, failures: 4 };
    expect(evenCounts({ baseline: many, candidate: few })).toEqual({ baseline: fewer, candidate: few });
    expect(evenCounts({ baseline: few, candidate: many })).toEqual({ baseline: few, candidate: fewer });
  });
});

it('a failure rate is the share of the attempts that failed', () => {
  expect(failureRate({ attempts: 8, failures: 2 })).toBe(0.25);
});

it('the pairs of several cells are the attempts with a partner in the other arm of the same cell', () => {
  const counts = (attempts: number) => ({ attempts, failures: 0 });
  expect(countPairs([])).toBe(0);
  expect(
    countPairs([
      { baseline: counts(5), candidate: counts(3) },
      { baseline: counts(1), candidate: counts(8) },
    ]),
  ).toBe(4);
});
