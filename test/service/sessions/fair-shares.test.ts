import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairShares } from '../../../src/service/sessions/relocation.ts';

const instance = fc.record({
  maxSessions: fc.option(fc.integer({ min: 0, max: 50 }), { nil: null }),
  expectedSessions: fc.integer({ min: 0, max: 50 }),
});

test('no instance has more than its limit, and no two that could trade a session differ', () => {
  fc.assert(
    fc.property(fc.array(instance, { minLength: 1, maxLength: 8 }), (given) => {
      const instances = given.map((one, i) => ({ id: String(i), ...one }));
      const shares = fairShares(instances);
      const total = instances.reduce((sum, { expectedSessions }) => sum + expectedSessions, 0);
      const limits = instances.map(({ maxSessions }) => maxSessions ?? Number.POSITIVE_INFINITY);
      const spread = [...shares.values()].reduce((sum, share) => sum + share, 0);
      expect(spread).toBeCloseTo(
        Math.min(
          total,
          limits.reduce((sum, limit) => sum + limit, 0),
        ),
      );
      const most = Math.max(...shares.values());
      for (const [i, limit] of limits.entries()) {
        const share = shares.get(String(i)) as number;
        expect(share).toBeLessThanOrEqual(limit);
        if (share < limit) expect(share).toBeCloseTo(most);
      }
    }),
  );
});
