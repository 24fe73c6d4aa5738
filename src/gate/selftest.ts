import type { Policy } from '../contracts/policy.ts';
import { seededRandom } from '../contracts/seeded-random.ts';
import { simulate, type Truth } from './simulate.ts';

/** Rates of the verdicts over many simulated comparisons. */
export interface SelftestResult {
  promote: number;
  block: number;
  inconclusive: number;
  /** Mean attempts per arm. */
  meanAttempts: number;
  /** Mean attempts per arm until it was blocked; null when none was. */
  meanAttemptsToBlock: number | null;
  mostAttempts: number;
}

/** A promise about a result: it is at most, or at least, this. */
export interface Bar {
  what: keyof SelftestResult;
  atMost?: number;
  atLeast?: number;
}

export interface SelftestCase {
  group: string;
  name: string;
  truths: Truth[];
  /** Judged after every pair instead of at the looks. */
  everyPair?: boolean;
  bars: Bar[];
}

export const selftestSimulations = 2000;
const seed = 20251104;

/** What everybody is promised of an equal pair, and of a candidate that is worse by the whole margin. */
const equalBars: Bar[] = [
  { what: 'block', atMost: 0.01 },
  { what: 'inconclusive', atMost: 0.02 },
];
const neverBlocked: Bar[] = [{ what: 'block', atMost: 0.01 }];
const marginBars: Bar[] = [{ what: 'promote', atMost: 0.05 }];

const rates = (baseline: number, candidate: number, more: Omit<Truth, 'success'> = {}): Truth => ({
  success: { baseline, candidate },
  ...more,
});
const oneCell = (baseline: number, candidate: number, bars: Bar[]): SelftestCase => ({
  group: 'one cell',
  name: `baseline ${percent(baseline)}, candidate ${percent(candidate)}`,
  truths: [rates(baseline, candidate)],
  bars,
});
const sixCells = (name: string, truths: Truth[], bars: Bar[]): SelftestCase => ({
  group: 'six cells',
  name,
  truths,
  bars,
});
const six = (truth: Truth) => Array.from({ length: 6 }, () => truth);
const mixed = [0.98, 0.8, 0.5, 0.98, 0.9, 0.7];

/** The grid of true rates that the gate is tried on. `margin` is that of the policy, as a fraction. */
export function selftestCases({ success, timeToReady }: Policy): SelftestCase[] {
  const margin = success.marginPoints / 100;
  const common = [0.95, 0.9, 0.8, 0.65, 0.5];
  return [
    oneCell(0.98, 0.98, equalBars),
    oneCell(0.98, 0.96, []),
    oneCell(0.98, 0.93, []),
    oneCell(0.98, 0.98 - margin, marginBars),
    oneCell(0.98, 0.8, []),
    oneCell(0.98, 0.49, [
      { what: 'meanAttemptsToBlock', atMost: 20 },
      { what: 'block', atLeast: 0.99 },
    ]),
    oneCell(0.98, 0, [
      { what: 'meanAttemptsToBlock', atMost: 5 },
      { what: 'block', atLeast: 0.99 },
    ]),
    oneCell(1, 1, equalBars),
    oneCell(1, 1 - margin, marginBars),
    ...common.flatMap((rate) => [oneCell(rate, rate, neverBlocked), oneCell(rate, rate - margin, marginBars)]),
    sixCells('all 98 % in both arms', six(rates(0.98, 0.98)), equalBars),
    sixCells('all 98 %, candidate worse by the margin', six(rates(0.98, 0.98 - margin)), marginBars),
    sixCells(
      '50 to 98 %, equal',
      mixed.map((rate) => rates(rate, rate)),
      neverBlocked,
    ),
    sixCells(
      '50 to 98 %, candidate worse by the margin',
      mixed.map((rate) => rates(rate, rate - margin)),
      marginBars,
    ),
    sixCells(
      'two work for nobody, four 98 %, equal',
      mixed.map((_, i) => (i < 2 ? rates(0, 0) : rates(0.98, 0.98))),
      equalBars,
    ),
    sixCells(
      'one of six broken',
      mixed.map((_, i) => rates(0.98, i === 0 ? 0 : 0.98)),
      [{ what: 'block', atLeast: 0.99 }],
    ),
    sixCells('all broken', six(rates(0.98, 0)), [{ what: 'meanAttemptsToBlock', atMost: 6 }]),
    {
      group: 'time',
      name: `98 %, takes ${timeToReady.ratio} times as long`,
      truths: [rates(0.98, 0.98, { slowdown: timeToReady.ratio })],
      bars: [{ what: 'block', atMost: 0.02 }],
    },
    {
      group: 'time',
      name: '98 %, takes 1.5 times as long',
      truths: [rates(0.98, 0.98, { slowdown: 1.5 })],
      bars: [{ what: 'block', atLeast: 0.95 }],
    },
    {
      group: 'machine',
      name: '98 %, 2 % of attempts spoiled',
      truths: [rates(0.98, 0.98, { infra: 0.02 })],
      bars: neverBlocked,
    },
    {
      group: 'judged after every pair',
      name: '98 % in both arms',
      truths: [rates(0.98, 0.98)],
      everyPair: true,
      bars: equalBars,
    },
    {
      group: 'judged after every pair',
      name: '98 %, candidate worse by the margin',
      truths: [rates(0.98, 0.98 - margin)],
      everyPair: true,
      bars: marginBars,
    },
  ];
}

/** The cases that say it in short, which come first: one cell, and a baseline that works as well as versions usually do. */
export function isInShort({ group, name }: SelftestCase): boolean {
  return group === 'one cell' && name.startsWith('baseline 98 %');
}

/** Each case has a seed of its own, made from its name, so that a single one gives the same numbers as the whole grid. */
export function runSelftestCase(
  { group, name, truths, everyPair }: SelftestCase,
  policy: Policy,
  simulations = selftestSimulations,
): SelftestResult {
  const random = seededRandom(seedOf(`${group}: ${name}`));
  const counts = { promote: 0, block: 0, inconclusive: 0 };
  let attempts = 0;
  let attemptsToBlock = 0;
  let mostAttempts = 0;
  for (let i = 0; i < simulations; i++) {
    const result = simulate(truths, policy, random, { everyPair: everyPair === true });
    counts[result.verdict]++;
    attempts += result.attempts;
    if (result.verdict === 'block') attemptsToBlock += result.attempts;
    mostAttempts = Math.max(mostAttempts, result.attempts);
  }
  return {
    promote: counts.promote / simulations,
    block: counts.block / simulations,
    inconclusive: counts.inconclusive / simulations,
    meanAttempts: attempts / simulations,
    meanAttemptsToBlock: counts.block === 0 ? null : attemptsToBlock / counts.block,
    mostAttempts,
  };
}

/** The bars that a result does not keep; the cap of the policy is one for every case. */
export function missedBars({ bars }: SelftestCase, result: SelftestResult, policy: Policy): Bar[] {
  const cap = policy.success.looks.at(-1) as number;
  return [...bars, { what: 'mostAttempts', atMost: cap } as Bar].filter(
    ({ what, atMost = Infinity, atLeast = -Infinity }) => {
      const value = result[what];
      return value === null || value > atMost || value < atLeast;
    },
  );
}

function seedOf(text: string): number {
  let hash = seed;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return hash;
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(4))} %`;
}
