import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { selftestRow } from '../../src/cli/gate/run-selftest.ts';
import type { SelftestCase, SelftestResult } from '../../src/gate/selftest.ts';
import { isInShort, selftestCases } from '../../src/gate/selftest-cases.ts';
import { defaultPolicy } from './evidence-of.ts';

const casesOf = (group: RegExp) => selftestCases(defaultPolicy).filter((each) => group.test(each.group));
const rows = () =>
  readFileSync('docs/gate.md', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('|  |  |') || line.endsWith('| ✓ |'));

/** The success rates of baseline and candidate in each cell. */
const ratesOf = ({ truths }: SelftestCase) => truths.map(({ success }) => [success.baseline, success.candidate]);
const numbersIn = (text: string) => [...text.matchAll(/([\d.]+) %/g)].map(([, number]) => Number(number) / 100);
const anyResult: SelftestResult = {
  ...{ promote: 0, block: 0, inconclusive: 0 },
  ...{ meanAttempts: 0, meanAttemptsToBlock: 0, mostPairs: 0 },
};

describe('the grid of the selftest', () => {
  it('is what docs/gate.md shows, row by row, with what is promised', () => {
    const cases = selftestCases(defaultPolicy);
    const [short, others] = [cases.filter(isInShort), cases.filter((each) => !isInShort(each))];
    // Without the measured figures.
    const promise = (row: string) => row.split(' | ').toSpliced(2, 4);
    expect(rows().map(promise)).toEqual(
      [...short, ...others].map((each) => promise(selftestRow(each, anyResult, true))),
    );
  });

  it('begins with the cases that say it in short: one cell and the usual baseline', () => {
    const short = selftestCases(defaultPolicy).filter(isInShort);
    expect(short.map(({ name }) => name)).toEqual(
      [98, 96, 93, 88, 80, 49, 0].map((rate) => `baseline 98 %, candidate ${rate} %`),
    );
    expect(short.every(({ group }) => group === 'one cell')).toBe(true);
  });

  it('has one cell with the rates that the name says', () => {
    const cases = casesOf(/^(one cell|asked|99 attempts)/);
    expect(cases.length).toBeGreaterThan(30);
    for (const each of cases) {
      const [[baseline, candidate], ...others] = ratesOf(each) as [number[], ...number[][]];
      expect(others).toEqual([]);
      const [namedBaseline, namedCandidate] = numbersIn(each.name);
      expect(baseline, each.name).toBeCloseTo(namedBaseline as number, 12);
      expect(candidate, each.name).toBeCloseTo(namedCandidate as number, 12);
    }
  });

  it('has six cells with the rates that the name says', () => {
    const mixed = [0.98, 0.8, 0.5, 0.98, 0.9, 0.7];
    const six = (baseline: number, candidate: number) => mixed.map(() => [baseline, candidate]);
    expect(casesOf(/^six cells$/).map(ratesOf)).toEqual([
      six(0.98, 0.98),
      six(0.98, 0.98 - 0.1),
      mixed.map((rate) => [rate, rate]),
      mixed.map((rate) => [rate, rate - 0.1]),
      six(0.98, 0.98).with(0, [0.98, 0]),
      six(0.98, 0),
    ]);
  });

  it('has cells that are dead, or work seldom, or with the candidate only', () => {
    const [dead, gained, seldom] = [
      [0, 0],
      [0, 0.98],
      [0.3, 0],
    ];
    const six = (odd: number[] | undefined, count: number, candidate = 0.98) =>
      Array.from({ length: 6 }, (_, i) => (i < count ? odd : [0.98, candidate]));
    expect(casesOf(/^six cells, /).map(ratesOf)).toEqual([
      six(dead, 2),
      six(dead, 5),
      six(dead, 2, 0.98 - 0.1),
      six(dead, 2, 0),
      six(dead, 6),
      six(gained, 2),
      six(gained, 2, 0.98 - 0.1),
      six(gained, 6),
      six([0.3, 0.3], 6),
      six([0.05, 0.05], 6),
      six(seldom, 1),
      six(seldom, 3),
      six(seldom, 1),
    ]);
  });

  it('has four flows, of which one may be worse or dead', () => {
    const cases = casesOf(/^four flows/);
    const four = (rate: number) => [1, 2, 3, 4].map(() => [rate, rate]);
    expect(cases.map(ratesOf)).toEqual([
      four(0.98),
      four(0.5),
      four(0.98).with(3, [0.98, 0.98 - 0.1]),
      four(0.98).with(3, [0.98, 0]),
      four(0.98).with(3, [0, 0]),
      four(0.98).with(3, [0, 0.98]),
      four(0.98)
        .with(2, [0.98, 0.98 - 0.1])
        .with(3, [0, 0]),
      four(0.98).with(3, [0.3, 0]),
      four(0),
    ]);
    for (const { truths } of cases) {
      expect(truths.map(({ flow }) => flow)).toEqual(['flow-0', 'flow-1', 'flow-2', 'flow-3']);
    }
  });

  it('has failures that are lost sessions, slower candidates and a machine that spoils attempts', () => {
    const lost = casesOf(/lost sessions$/);
    expect(lost.every(({ truths }) => truths.every((truth) => truth.lost === 1))).toBe(true);
    expect(casesOf(/^(time|machine)$/).map(({ truths }) => truths)).toEqual([
      [{ success: { baseline: 0.98, candidate: 0.98 }, slowdown: 1.25 }],
      [{ success: { baseline: 0.98, candidate: 0.98 }, slowdown: 1.5 }],
      [{ success: { baseline: 0.98, candidate: 0.98 }, infra: 0.02 }],
    ]);
  });

  it('has arms that are spread unevenly over cells', () => {
    const uneven = casesOf(/^two uneven cells/);
    expect(uneven.map(ratesOf)).toEqual([
      [
        [0.98, 0.98],
        [0.02, 0.02],
      ],
      [
        [0.9, 0.9],
        [0.7, 0.7],
      ],
      [
        [0.98, 0.98 - 0.1],
        [0.5, 0.5 - 0.1],
      ],
    ]);
    for (const { truths } of uneven) {
      expect(truths.map(({ perTurn }) => perTurn)).toEqual([
        { baseline: 5, candidate: 1 },
        { baseline: 1, candidate: 5 },
      ]);
    }
    for (const { truths } of casesOf(/^99 attempts/)) {
      expect(truths.map(({ perTurn }) => perTurn)).toEqual([{ baseline: 99, candidate: 1 }]);
    }
  });

  it('has requests up to the number of attempts, and as many simulations, as the group says', () => {
    for (const { group, askedUntil, simulations } of selftestCases(defaultPolicy)) {
      const isUpToCap = /asked after (every pair|each)|uneven cells, asked/.test(group);
      const isBeyond = /asked up to 1000 pairs|^six cells, asked/.test(group);
      expect(askedUntil, group).toBe(isUpToCap ? 160 : isBeyond ? 1000 : undefined);
      const [, named] = /(\d+) comparisons/.exec(group) ?? [];
      expect(simulations, group).toBe(named === undefined ? undefined : Number(named));
    }
  });

  it('measures no times where verdicts are requested of stored attempts in even cells', () => {
    for (const { group, truths } of selftestCases(defaultPolicy)) {
      const isTimed = !/^(asked|99 attempts)|^six cells, asked/.test(group);
      expect(
        truths.map(({ timed = true }) => timed),
        group,
      ).toEqual(truths.map(() => isTimed));
    }
  });

  it('goes by the margin, the cap and the ratio of times of the policy', () => {
    const { success, timeToReady } = defaultPolicy;
    const other = {
      ...defaultPolicy,
      success: { ...success, marginPoints: 20, looks: [10, 100] },
      timeToReady: { ...timeToReady, ratio: 2 },
    };
    const cases = selftestCases(other);
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['baseline 98 %, candidate 78 %', '98 %, takes 2.4 times as long']),
    );
    expect(cases.find(({ group }) => group.startsWith('asked after every pair'))?.askedUntil).toBe(100);
  });
});
