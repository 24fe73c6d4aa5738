import type { Policy } from '../contracts/policy.ts';
import type { Bar, SelftestCase } from './selftest.ts';
import type { Truth } from './simulated-cell.ts';

/** The promised error rates for an equal pair, and for a candidate that is worse by the whole margin. */
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
    ...deadCellCases(margin),
    ...lostSessionCases(),
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
      'one of six broken',
      mixed.map((_, i) => rates(0.98, i === 0 ? 0 : 0.98)),
      surelyBlocked,
    ),
    sixCells('all broken', six(rates(0.98, 0)), [{ what: 'meanAttemptsToBlock', atMost: 6 }]),
  ];
}

/** Cells in which the baseline never works, and one in which it works seldom and may be taken for such a cell. */
function deadCellCases(margin: number): SelftestCase[] {
  const six = (
    name: string,
    odd: Truth,
    count: number,
    loss: number,
    bars: Bar[],
    more: Partial<SelftestCase> = {},
  ) => ({
    group: 'six cells, some of them dead',
    name,
    truths: mixed.map((_, i) => (i < count ? odd : rates(0.98, 0.98 - loss, { timed: odd.timed ?? true }))),
    bars,
    ...more,
  });
  const [dead, gained, seldom] = [rates(0, 0), rates(0, 0.98), rates(0.3, 0)];
  return [
    six('two work for neither, four 98 %, equal', dead, 2, 0, equalBars),
    six('five work for neither, one 98 %, equal', dead, 5, 0, equalBars),
    six('two work for neither, four 98 %, candidate worse by the margin', dead, 2, margin, marginBars),
    six('two work for neither, four 98 %, candidate broken', dead, 2, 0.98, [
      { what: 'meanAttemptsToBlock', atMost: 20 },
      ...surelyBlocked,
    ]),
    six('none works for either', dead, 6, 0, [
      { what: 'inconclusive', atLeast: 1 },
      { what: 'meanAttempts', atMost: 24 },
    ]),
    six('two work only with the candidate, four 98 %, equal', gained, 2, 0, equalBars),
    six('two work only with the candidate, four 98 %, candidate worse by the margin', gained, 2, margin, marginBars),
    six('all work only with the candidate', gained, 6, 0, equalBars),
    ...[0.3, 0.05].map((rate) => six(`all ${percent(rate)}, equal`, rates(rate, rate), 6, 0, neverBlocked)),
    six('one works 30 % of the time with the baseline and never with the candidate, five 98 %, equal', seldom, 1, 0, [
      ...marginBars,
    ]),
    six('three work 30 % of the time with the baseline and never with the candidate, three 98 %, equal', seldom, 3, 0, [
      ...marginBars,
    ]),
    six(
      'one works 30 % of the time with the baseline and never with the candidate, five 98 %, equal',
      { ...seldom, timed: false },
      1,
      0,
      marginBars,
      {
        group: `six cells, asked after every turn, ${fewSimulations} comparisons`,
        simulations: fewSimulations,
        askedUntil: farBeyond,
      },
    ),
  ];
}

/** Findings that break a hard rule: those of a candidate that is as good come first as often as not. */
function lostSessionCases(): SelftestCase[] {
  const lost = (name: string, truth: Truth, bars: Bar[]): SelftestCase => ({
    group: 'one cell, failures are lost sessions',
    name,
    truths: [{ ...truth, lost: 1 }],
    bars,
  });
  return [
    ...[0.98, 0.9, 0.5].map((rate) =>
      lost(`baseline ${percent(rate)}, candidate ${percent(rate)}`, rates(rate, rate), neverBlocked),
    ),
    lost('baseline 100 %, candidate 95 %', rates(1, 0.95), []),
    lost('baseline 100 %, candidate 0 %', rates(1, 0), [{ what: 'meanAttemptsToBlock', atMost: 5 }, ...surelyBlocked]),
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
    four('three 98 %, one works for neither, equal', equal(0.98).with(3, rates(0, 0)), neverBlocked),
    four('three 98 %, one works only with the candidate, equal', equal(0.98).with(3, rates(0, 0.98)), neverBlocked),
    four(
      'three 98 %, one works for neither, candidate worse by the margin in one',
      equal(0.98)
        .with(2, rates(0.98, 0.98 - margin))
        .with(3, rates(0, 0)),
      marginBars,
    ),
    four(
      'three 98 %, one works 30 % of the time with the baseline and never with the candidate',
      equal(0.98).with(3, rates(0.3, 0)),
      marginBars,
    ),
    four('none works for either', equal(0), [{ what: 'promote', atMost: 0 }, ...neverBlocked]),
  ];
}

/** Stored attempts, with a request after every pair that takes the first verdict. Times are left out: they could only keep more from being promoted. */
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
