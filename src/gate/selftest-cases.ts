import type { Policy } from '../contracts/policy.ts';
import type { Bar, SelftestCase } from './selftest.ts';
import type { Truth } from './simulated-cell.ts';

/** What everybody is promised of an equal pair, and of a candidate that is worse by the whole margin. */
const equalBars: Bar[] = [
  { what: 'block', atMost: 0.01 },
  { what: 'inconclusive', atMost: 0.02 },
];
const neverBlocked: Bar[] = [{ what: 'block', atMost: 0.01 }];
const marginBars: Bar[] = [{ what: 'promote', atMost: 0.05 }];
const surelyBlocked: Bar[] = [{ what: 'block', atLeast: 0.99 }];

const mixed = [0.98, 0.8, 0.5, 0.98, 0.9, 0.7];
/** So many that a chance of 0.7 % does not look like one above 1 %. */
const manySimulations = 5000;
/** Cases that take long have fewer. */
const fewSimulations = 1000;
/** More attempts per arm than a week of nightly runs makes. */
const farBeyond = 1000;

/** The grid of true rates that the gate is tried on. */
export function selftestCases({ success, timeToReady }: Policy): SelftestCase[] {
  const margin = success.marginPoints / 100;
  const cap = success.looks.at(-1) as number;
  return [
    ...oneCellCases(margin),
    ...sixCellCases(margin),
    ...timeCases(timeToReady.ratio),
    {
      group: 'machine',
      name: '98 %, 2 % of attempts spoiled',
      truths: [rates(0.98, 0.98, { infra: 0.02 })],
      bars: neverBlocked,
    },
    ...flowCases(margin),
    ...askedCases(margin, cap),
    ...unevenCases(margin, cap),
  ];
}

/** The cases that say it in short, which come first: one cell, and a baseline that works as well as versions usually do. */
export function isInShort({ group, name }: SelftestCase): boolean {
  return group === 'one cell' && name.startsWith('baseline 98 %');
}

function oneCellCases(margin: number): SelftestCase[] {
  return [
    oneCell(0.98, 0.98, equalBars),
    oneCell(0.98, 0.96, []),
    oneCell(0.98, 0.93, []),
    oneCell(0.98, 0.98 - margin, marginBars),
    oneCell(0.98, 0.8, []),
    oneCell(0.98, 0.49, [{ what: 'meanAttemptsToBlock', atMost: 20 }, ...surelyBlocked]),
    oneCell(0.98, 0, [{ what: 'meanAttemptsToBlock', atMost: 5 }, ...surelyBlocked]),
    oneCell(1, 1, equalBars),
    oneCell(1, 1 - margin, marginBars),
    ...[0.95, 0.9, 0.8, 0.65, 0.5].flatMap((rate) => [
      oneCell(rate, rate, neverBlocked),
      oneCell(rate, rate - margin, marginBars),
    ]),
  ];
}

function sixCellCases(margin: number): SelftestCase[] {
  const sixCells = (name: string, truths: Truth[], bars: Bar[]): SelftestCase => ({
    group: 'six cells',
    name,
    truths,
    bars,
  });
  const six = (truth: Truth) => mixed.map(() => truth);
  return [
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
      surelyBlocked,
    ),
    sixCells('all broken', six(rates(0.98, 0)), [{ what: 'meanAttemptsToBlock', atMost: 6 }]),
  ];
}

function timeCases(allowedRatio: number): SelftestCase[] {
  const slower = (slowdown: number, bars: Bar[]): SelftestCase => ({
    group: 'time',
    name: `98 %, takes ${slowdown} times as long`,
    truths: [rates(0.98, 0.98, { slowdown })],
    bars,
  });
  return [
    slower(allowedRatio, [{ what: 'block', atMost: 0.02 }]),
    slower(allowedRatio * 1.2, [{ what: 'block', atLeast: 0.95 }]),
  ];
}

function flowCases(margin: number): SelftestCase[] {
  const four = (name: string, truths: Truth[], bars: Bar[]): SelftestCase => ({
    group: `four flows, ${fewSimulations} comparisons`,
    name,
    simulations: fewSimulations,
    truths: truths.map((truth, i) => ({ ...truth, flow: `flow-${i}` })),
    bars,
  });
  const equal = (rate: number) => Array.from({ length: 4 }, () => rates(rate, rate));
  return [
    ...[0.98, 0.5].map((rate) => four(`all ${percent(rate)} in both arms`, equal(rate), neverBlocked)),
    four('all 98 %, candidate worse by the margin in one', equal(0.98).with(3, rates(0.98, 0.98 - margin)), marginBars),
    four('all 98 %, candidate broken in one', equal(0.98).with(3, rates(0.98, 0)), surelyBlocked),
  ];
}

/** Stored attempts, and somebody who asks after every pair and takes the first verdict. Times are left out: they could only keep more from being promoted. */
function askedCases(margin: number, cap: number): SelftestCase[] {
  const asked =
    (group: string, askedUntil: number, simulations: number) => (baseline: number, candidate: number, bars: Bar[]) => ({
      ...oneCell(baseline, candidate, bars),
      truths: [rates(baseline, candidate, { timed: false })],
      group: `${group}, ${simulations} comparisons`,
      simulations,
      askedUntil,
    });
  const upToCap = asked('asked after every pair', cap, manySimulations);
  const beyond = asked(`asked up to ${farBeyond} pairs`, farBeyond, manySimulations);
  return [
    upToCap(0.98, 0.98, equalBars),
    ...[0.8, 0.5].map((rate) => upToCap(rate, rate, neverBlocked)),
    ...[0.98, 0.9, 0.8, 0.65, 0.5].map((rate) => upToCap(rate, rate - margin, marginBars)),
    beyond(0.5, 0.5, neverBlocked),
    ...[0.98, 0.8, 0.5].map((rate) => beyond(rate, rate - margin, marginBars)),
  ];
}

/** One arm was tried mostly where it is easy, the other mostly where it is hard. */
function unevenCases(margin: number, cap: number): SelftestCase[] {
  const uneven = (easy: number, hard: number, loss: number, bars: Bar[]): SelftestCase => ({
    group: `two uneven cells, asked after every turn, ${fewSimulations} comparisons`,
    simulations: fewSimulations,
    name: `${percent(easy)} and ${percent(hard)}, ${loss === 0 ? 'equal' : 'candidate worse by the margin'}`,
    truths: [
      rates(easy, easy - loss, { perTurn: { baseline: 5, candidate: 1 } }),
      rates(hard, hard - loss, { perTurn: { baseline: 1, candidate: 5 } }),
    ],
    askedUntil: cap,
    bars,
  });
  /** A rollout at 1 % of the accounts. */
  const lopsided = (baseline: number, candidate: number, bars: Bar[]): SelftestCase => ({
    ...oneCell(baseline, candidate, bars),
    group: `99 attempts of the baseline for each of the candidate, asked after each, ${fewSimulations} comparisons`,
    simulations: fewSimulations,
    truths: [rates(baseline, candidate, { perTurn: { baseline: 99, candidate: 1 }, timed: false })],
    askedUntil: cap,
  });
  return [
    uneven(0.98, 0.02, 0, neverBlocked),
    uneven(0.9, 0.7, 0, neverBlocked),
    uneven(0.98, 0.5, margin, marginBars),
    ...[0.98, 0.999].map((rate) => lopsided(rate, rate, neverBlocked)),
    lopsided(0.98, 0.98 - margin, marginBars),
  ];
}

function oneCell(baseline: number, candidate: number, bars: Bar[]): SelftestCase {
  return {
    group: 'one cell',
    name: `baseline ${percent(baseline)}, candidate ${percent(candidate)}`,
    truths: [rates(baseline, candidate)],
    bars,
  };
}

function rates(baseline: number, candidate: number, more: Omit<Truth, 'success'> = {}): Truth {
  return { success: { baseline, candidate }, ...more };
}

function percent(rate: number): string {
  return `${Number((rate * 100).toPrecision(4))} %`;
}
