import type { RateSeries } from '../../contracts/canary-history.ts';
import { stripsView } from './strips.ts';

const percent = (share: number) => `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;

/** Success rates, one strip per version. `what` is what was counted: `Attempts`, `Links`. */
export function ratePlots(
  series: readonly RateSeries[],
  starts: readonly number[],
  bucketMs: number,
  what: string,
): HTMLElement {
  return stripsView({
    series,
    starts,
    bucketMs,
    key: what,
    title: (library) => `${what}: success rate of ${library} over time`,
    caption: `${what}: success rate by version`,
    top: 1,
    ticks: [0, 0.5, 1],
    tick: (value) => `${value * 100} %`,
    mark: ({ lower, rate, upper }) => ({ low: lower, line: rate, high: upper }),
    words: ({ rate, lower, upper, passed, failed }) =>
      `${percent(rate)} (${percent(lower)} to ${percent(upper)}), ${passed} of ${passed + failed}`,
    none: 'none made',
  });
}
