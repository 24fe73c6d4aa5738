import { rmSync } from 'node:fs';
import { home } from '../../src/contracts/home.ts';
import type { RunInfo } from '../../src/contracts/run.ts';
import type { TraceMode } from '../../src/contracts/trace.ts';
import { runSupplied } from '../../src/runner/run-plan.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';
import { mustPass, type Subject } from './measure.ts';
import { median, medianInterval } from './statistics.ts';

/** What a trace costs an attempt that passes: wall time with one over without, in pairs that take turns in who begins. */
export async function traceCost(subject: Subject, pairs: number): Promise<Figure[]> {
  const failed = await ratiosTo(subject, 'failed', pairs);
  const on = await ratiosTo(subject, 'on', Math.ceil(pairs / 2));
  const percent = (ratio: number) => (ratio - 1) * 100;
  const words = (ratios: readonly number[]) => {
    const range = medianInterval([...ratios]).map((ratio) => percent(ratio).toFixed(1));
    return `${percent(median([...ratios])).toFixed(1)} % (95 %: ${range.join(' to ')})`;
  };
  return [
    heldTo(bars.trace, `trace of a passed attempt, median of ${pairs} pairs`, percent(median(failed)), words(failed)),
    { name: `the same with --trace on, median of ${on.length} pairs`, value: words(on), bar: '', ok: true },
  ];
}

async function ratiosTo(subject: Subject, mode: TraceMode, pairs: number): Promise<number[]> {
  const ratios: number[] = [];
  await timeTraced(subject, mode);
  for (let pair = 0; pair < pairs; pair++) {
    const isFirst = pair % 2 === 0;
    const first = await timeTraced(subject, isFirst ? mode : 'off');
    const second = await timeTraced(subject, isFirst ? 'off' : mode);
    ratios.push(isFirst ? first / second : second / first);
    process.stderr.write(`trace ${mode}, pair ${pair + 1}: ${ratios.at(-1)?.toFixed(3)}\n`);
  }
  return ratios;
}

/** Wall time in milliseconds of one attempt of the harness; its evidence is removed after. */
async function timeTraced({ planned, supplies }: Subject, trace: TraceMode): Promise<number> {
  const removed = { runEnded: ({ id }: RunInfo) => rmSync(home('runs', id), { recursive: true, force: true }) };
  const start = performance.now();
  let took = 0;
  const timed = {
    attemptEnded() {
      took = performance.now() - start;
    },
  };
  const observers = [timed, mustPass, removed];
  await runSupplied([{ ...planned, repeat: 1 }], supplies, { slots: 1, seed: 1, observers, trace });
  return took;
}
