import type { Figure } from './figure.ts';

/** What a figure has to be: at most, or at least. The issue that set it is in `issue`. */
export type Bar = { issue: number; unit: string } & ({ atMost: number } | { atLeast: number });

/** Every bar of the benchmarks. */
export const bars = {
  overhead: { issue: 2, atMost: 150, unit: 'ms' },
  overheadRatio: { issue: 2, atMost: 5, unit: '%' },
  throughput: { issue: 2, atLeast: 85, unit: '%' },
  parentMemory: { issue: 2, atMost: 150, unit: 'MB' },
  restore: { issue: 3, atMost: 50, unit: 'ms' },
  roundTrip: { issue: 3, atMost: 150, unit: 'ms' },
  imageBothWays: { issue: 14, atMost: 300, unit: 'ms' },
  historyLoad: { issue: 14, atMost: 2, unit: 's' },
  replicaMemory: { issue: 3, atMost: 300, unit: 'MB' },
  replicaLoad: { issue: 3, atMost: 100, unit: '% of a core' },
  allFlows: { issue: 3, atMost: 60, unit: 's' },
  scrapeOf200: { issue: 5, atMost: 5, unit: 'ms' },
  scrapeOf10000: { issue: 5, atMost: 20, unit: 'ms' },
  /** What is asked besides, with scrapes over without: what two runs on a quiet machine differ by. */
  scrapedRatio: { issue: 5, atMost: 1.1, unit: 'times' },
  trace: { issue: 11, atMost: 2, unit: '%' },
  /** 150, 400 and 500 ms where a Node that does nothing takes 30 ms. */
  startVersion: { issue: 12, atMost: 5, unit: 'times node -e 0' },
  startCheck: { issue: 12, atMost: 13, unit: 'times node -e 0' },
  startReplica: { issue: 12, atMost: 16, unit: 'times node -e 0' },
  agreement: { issue: 13, atLeast: 99, unit: '%' },
  unexplained: { issue: 13, atMost: 0, unit: 'cells' },
  methodAgreement: { issue: 13, atLeast: 95, unit: '%' },
  unexplainedMethods: { issue: 13, atMost: 0, unit: 'methods' },
  resolveBuild: { issue: 13, atMost: 20, unit: 'ms' },
  checkAll: { issue: 13, atMost: 3, unit: 's' },
  /** With the limits of requests, over without: what two runs on a quiet machine differ by. */
  limitedRatio: { issue: 15, atMost: 1.1, unit: 'times' },
  apiTime: { issue: 15, atMost: 2.7, unit: 'ms' },
  callHere: { issue: 15, atMost: 5, unit: 'ms' },
  firstCode: { issue: 15, atMost: 1.2, unit: 'times' },
  /** Half of what it was before hosts were made lean. */
  hostMemory: { issue: 15, atMost: 21.5, unit: 'MB' },
  sharedHostMemory: { issue: 15, atMost: 6, unit: 'MB' },
  captureTime: { issue: 16, atMost: 20, unit: 's' },
  captureMemory: { issue: 16, atMost: 500, unit: 'MB' },
  captureAgain: { issue: 16, atMost: 0.5, unit: 'times' },
  callThrough: { issue: 15, atMost: 50, unit: 'ms' },
} as const satisfies Record<string, Bar>;

/** One line of the table: what was measured, against its bar. */
export function heldTo(bar: Bar, name: string, measured: number, value: string): Figure {
  const ok = 'atMost' in bar ? measured <= bar.atMost : measured >= bar.atLeast;
  const words = 'atMost' in bar ? `at most ${bar.atMost}` : `at least ${bar.atLeast}`;
  return { name, value, bar: `${words} ${bar.unit}`, ok };
}
