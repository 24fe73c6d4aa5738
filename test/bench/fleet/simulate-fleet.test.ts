import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ServiceTimes, simulateFleet, slotsUntilFull } from './simulate-fleet.ts';

const free: Omit<ServiceTimes, 'attempts'> = {
  ...{ add: 0, take: 0, complete: 0, pack: 0, put: 0, get: 0, record: 0, unpack: 0 },
};
const fixed = (ms: number, hasEvidence = false) => [{ ms, hasEvidence }];
const fleet = (workers: number, attempts: number) => ({ attempts, workers, slotsPerWorker: 2, window: 1000, seed: 1 });

test.each([
  [1, 100, 50],
  [4, 100, 13],
  [64, 100, 1],
])(
  '%i workers of two slots make %i attempts of one second in %i seconds when nothing else takes time',
  (workers, n, s) => {
    expect(simulateFleet({ ...free, attempts: fixed(1000) }, fleet(workers, n)).ms).toBe(1000 * s);
  },
);

test('a single slot waits for every part of every attempt, except the last record of the coordinator', () => {
  const times = {
    ...{ add: 1, take: 2, complete: 3, pack: 4, put: 5, get: 6, record: 7, unpack: 8 },
    attempts: fixed(1000, true),
  };
  const { ms } = simulateFleet(times, { attempts: 10, workers: 1, slotsPerWorker: 1, window: 10, seed: 1 });
  expect(ms).toBe(10 * 1 + 10 * (2 + 1000 + 4 + 5 + 3) + 6 + 7 + 8);
});

test('no more attempts are made at the same time than the window of the coordinator has', () => {
  const times = { ...free, attempts: fixed(1000) };
  const { ms } = simulateFleet(times, { attempts: 100, workers: 64, slotsPerWorker: 2, window: 5, seed: 1 });
  expect(ms).toBe(20_000);
});

/** The part that is made slow, and how many milliseconds of it an attempt needs. */
const limits = [
  ['queue', { take: 20, complete: 30 }, 50],
  ['evidence', { put: 25, get: 25 }, 50],
  ['coordinator', { record: 30, unpack: 20 }, 50],
] as const;

test.each(limits)('with too many workers the run takes as long as its %s', (part, slow, perAttempt) => {
  const times = { ...free, ...slow, attempts: fixed(1000, true) };
  const { ms, loads } = simulateFleet(times, fleet(256, 2_000));
  expect(loads[part]).toBeGreaterThan(0.95);
  expect(ms).toBeGreaterThanOrEqual(2_000 * perAttempt);
  expect(ms).toBeLessThan(2_000 * perAttempt + 2_000);
  // Half as many slots as fill it leave half of its time.
  const half = Math.floor(slotsUntilFull(times)[part] / 2);
  const { loads: calm } = simulateFleet(times, {
    attempts: 2_000,
    workers: half,
    slotsPerWorker: 1,
    window: 1000,
    seed: 1,
  });
  expect(calm[part]).toBeGreaterThan(0.4);
  expect(calm[part]).toBeLessThan(0.6);
});

const small = fc.double({ min: 0, max: 20, noNaN: true });
const anyTimes: fc.Arbitrary<ServiceTimes> = fc.record({
  attempts: fc.array(fc.record({ ms: fc.double({ min: 1, max: 500, noNaN: true }), hasEvidence: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  ...{ add: small, take: small, complete: small, pack: small, put: small, get: small, record: small, unpack: small },
});

test('no run is faster than its busiest part, or slower than one thing after the other', () => {
  fc.assert(
    fc.property(
      anyTimes,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 200 }),
      (times, workers, attempts) => {
        const { ms, loads, backlog } = simulateFleet(times, {
          attempts,
          workers,
          slotsPerWorker: 2,
          window: 50,
          seed: 3,
        });
        const all = Object.values(loads);
        expect(Math.max(...all)).toBeLessThanOrEqual(1 + 1e-9);
        // The busy time of every part and slot, one after the other.
        const { slots, ...others } = loads;
        const inARow = ms * (2 * workers * slots + Object.values(others).reduce((sum, load) => sum + load, 0));
        expect(ms).toBeLessThanOrEqual(inARow + 1e-6);
        expect(backlog).toBeLessThanOrEqual(attempts);
        expect(simulateFleet(times, { attempts, workers, slotsPerWorker: 2, window: 50, seed: 3 }).ms).toBe(ms);
      },
    ),
  );
});
