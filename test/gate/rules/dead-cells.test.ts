import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../src/contracts/policy.ts';
import { type attempt, attempts, defaultPolicy, verdictOn } from '../evidence-of.ts';

const [dead, other, fine] = [{ build: '2.3000.1' }, { build: '2.3000.2' }, { build: '2.3000.3' }];
const both = (passed: number, failed: number, more: Parameters<typeof attempt>[1]) => [
  ...attempts('old', passed, failed, more),
  ...attempts('new', passed, failed, more),
];
const words = (given: Parameters<typeof verdictOn>[0], policy?: Policy) => {
  const { verdict, rule } = verdictOn(given, policy);
  return `${verdict} by ${rule}`;
};
const withDeadCells = (more: Partial<Policy['deadCells']>): Policy => ({
  ...defaultPolicy,
  deadCells: { ...defaultPolicy.deadCells, ...more },
});

describe('a cell in which neither version works', () => {
  it('is in no rate: the same candidate is as undecided beside four of them as alone', () => {
    const alone = [...attempts('old', 69, 0, fine), ...attempts('new', 67, 2, fine)];
    const beside = [4, 5, 6, 7].flatMap((n) => both(0, 13, { build: `2.3000.0${n}` }));
    expect(words(alone)).toBe('inconclusive by success-rate');
    expect(words([...alone, ...beside])).toBe('inconclusive by success-rate');
    expect(verdictOn([...alone, ...beside]).flows[0]).toMatchObject({ pairs: 69, closed: 4 });
  });

  it('is reported with every verdict', () => {
    const promoted = verdictOn([...both(0, 13, dead), ...both(80, 0, fine)]);
    expect(promoted.verdict).toBe('promote');
    expect(promoted.notices).toEqual([
      {
        kind: 'dead-cells',
        isWarning: false,
        sentence: 'Neither version works on 2.3000.1.',
        places: [expect.objectContaining(dead)],
      },
    ]);
    const blocked = verdictOn([...both(0, 4, dead), ...attempts('old', 20, 0, fine), ...attempts('new', 0, 20, fine)]);
    expect(blocked.verdict).toBe('block');
    expect(blocked.notices.map(({ kind }) => kind)).toEqual(['baseline-only', 'dead-cells']);
  });

  it('keeps a flow from being promoted until the baseline failed often enough there', () => {
    const given = (failures: number) => [
      ...attempts('old', 0, failures, dead),
      ...attempts('new', 0, 4, dead),
      ...both(80, 0, fine),
    ];
    expect(words(given(3))).toBe('inconclusive by missing-data');
    expect(words(given(4))).toBe('inconclusive by dead-cells');
    expect(words(given(12))).toBe('inconclusive by dead-cells');
    expect(words(given(13))).toBe('promote by success-rate');
  });

  it('is judged as any other once the baseline worked there', () => {
    const given = [...attempts('old', 1, 12, dead), ...attempts('new', 0, 13, dead), ...both(80, 0, fine)];
    expect(words(given)).toBe('inconclusive by cells');
  });

  it('is a warning on the newest build, with its date, and a reason not to promote where the policy says so', () => {
    const given = [...both(80, 0, fine), ...both(0, 13, { build: '2.3000.1044822804' })];
    const verdict = verdictOn(given, undefined, {
      newestBuild: { build: '2.3000.1044822804', date: '2026-08-12', ageDays: 108 },
    });
    expect(verdict.verdict).toBe('promote');
    expect(verdict.notices).toMatchObject([
      {
        kind: 'newest-build-dead',
        isWarning: true,
        sentence: 'Neither version works on the newest build 2.3000.1044822804 of 2026-08-12, 108 days old.',
      },
    ]);
    expect(words(given, withDeadCells({ newestBuild: 'refuse' }))).toBe('inconclusive by dead-cells');
  });
});

describe('a cell in which only the candidate works', () => {
  it('makes up for no loss elsewhere', () => {
    const loss = [...attempts('old', 158, 2, fine), ...attempts('new', 132, 28, fine)];
    const gain = [dead, other].flatMap((cell) => [...attempts('old', 0, 13, cell), ...attempts('new', 40, 0, cell)]);
    expect(words(loss)).toBe('block by success-rate');
    expect(words([...loss, ...gain])).toBe('block by cells');
  });

  it('is reported', () => {
    const given = [...both(80, 0, fine), ...attempts('old', 0, 13, dead), ...attempts('new', 4, 0, dead)];
    expect(verdictOn(given)).toMatchObject({
      verdict: 'promote',
      notices: [
        {
          kind: 'candidate-only',
          sentence: 'The candidate works on 1 build on which the baseline does not: 2.3000.1.',
        },
      ],
    });
  });

  it('promotes a candidate that works where the baseline works nowhere', () => {
    expect(words([...attempts('old', 0, 60, fine), ...attempts('new', 60, 0, fine)])).toBe('promote by success-rate');
  });
});
