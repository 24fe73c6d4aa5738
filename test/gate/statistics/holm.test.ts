import { expect, it } from 'vitest';
import { holm } from '../../../src/gate/statistics/holm.ts';
import { lossPValue } from '../../../src/gate/statistics/loss-p-value.ts';
import { newcombeInterval } from '../../../src/gate/statistics/newcombe-interval.ts';
import { upperQuantile } from '../../../src/gate/statistics/normal.ts';
import reference from './reference.json' with { type: 'json' };

it('p-values are adjusted as in R', () => {
  holm(reference.holm.p).forEach((value, i) => {
    expect(value).toBeCloseTo(reference.holm.adjusted[i] as number, 12);
  });
});

it('adjusted p-values never exceed 1, and none stays none', () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

it('a p-value below a level and a lower end above zero at that level are the same statement', () => {
  const baseline = { attempts: 40, failures: 1 };
  for (let failures = 0; failures <= 40; failures++) {
    const candidate = { attempts: 40, failures };
    const isWorse = newcombeInterval(baseline, candidate, upperQuantile(0.002)).lower > 0;
    expect(lossPValue(baseline, candidate) < 0.002).toBe(isWorse);
  }
});
