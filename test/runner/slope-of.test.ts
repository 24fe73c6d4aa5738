import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { slopeOf } from '../../src/runner/slope-of.ts';

const slope = fc.integer({ min: -1_000_000, max: 1_000_000 });

test('the slope of a straight line is its own, wherever it begins', () => {
  fc.assert(
    fc.property(slope, fc.integer({ min: 0, max: 2 ** 30 }), fc.integer({ min: 2, max: 60 }), (each, first, count) => {
      expect(slopeOf(Array.from({ length: count }, (_, i) => first + each * i))).toBe(each);
    }),
  );
});

test('a quarter of wild values leaves the slope of all others as it is', () => {
  fc.assert(
    fc.property(
      slope,
      fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 10 }),
      fc.infiniteStream(fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
      (each, wild, noise) => {
        const values = Array.from({ length: 40 }, (_, i) => 1_000 + each * i);
        for (const i of wild) values[i] = noise.next().value as number;
        expect(slopeOf(values)).toBe(each);
      },
    ),
  );
});

test('growth that ends is no slope, and growth that goes on is', () => {
  const fills = Array.from({ length: 30 }, (_, i) => Math.min(i, 8) * 1_000_000);
  expect(slopeOf(fills)).toBe(0);
  const saw = Array.from({ length: 30 }, (_, i) => i * 1_000 + (i % 2) * 500_000);
  expect(slopeOf(saw)).toBeCloseTo(1_000, -3);
});

test('of fewer than two values there is no slope', () => {
  expect([slopeOf([]), slopeOf([1])]).toEqual([Number.NaN, Number.NaN]);
});
