import fc from 'fast-check';
import type { Counts } from '../../../src/gate/statistics/counts.ts';

/** Counts of one arm with 1 to 200 attempts. */
export const anyCounts: fc.Arbitrary<Counts> = fc
  .integer({ min: 1, max: 200 })
  .chain((attempts) => fc.record({ attempts: fc.constant(attempts), failures: fc.integer({ min: 0, max: attempts }) }));

/** Normal quantiles of one-sided levels from 0.3 to one in a million. */
export const anyZ: fc.Arbitrary<number> = fc.double({ min: 0.5, max: 4.75, noNaN: true });
