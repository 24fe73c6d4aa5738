import type { RatePoint, RateSeries } from '../../contracts/canary-history.ts';
import { el } from '../report/dom.ts';
import { bucketName } from './bucket-words.ts';
import { figuresTable } from './figures-table.ts';
import { stripView } from './strip.ts';

const percent = (share: number) => `${(share * 100).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;

/** Success rates, one strip per version. `what` is what was counted: `Attempts`, `Links`. */
export function ratePlots(
  series: readonly RateSeries[],
  starts: readonly number[],
  bucketMs: number,
  what: string,
): HTMLElement {
  const words = (point: RatePoint | null | undefined) =>
    point
      ? `${percent(point.rate)} (${percent(point.lower)} to ${percent(point.upper)}), ${point.passed} of ${point.passed + point.failed}`
      : 'none made';
  const strips = series.map(({ library, points }, i) =>
    stripView(
      {
        name: library,
        title: `${what}: success rate of ${library} over time`,
        starts,
        bucketMs,
        marks: points.map((point) => point && { low: point.lower, line: point.rate, high: point.upper }),
        top: 1,
        ticks: [0, 0.5, 1],
        tick: (value) => `${value * 100} %`,
        words: (place) => `${bucketName(starts[place] as number, bucketMs)}: ${words(points[place])}`,
        dated: i === series.length - 1,
      },
      what,
    ),
  );
  const rows = () =>
    starts.map((start, place) => [bucketName(start, bucketMs), ...series.map(({ points }) => words(points[place]))]);
  const columns = ['UTC', ...series.map(({ library }) => library)];
  return el('div', { class: 'strips' }, ...strips, figuresTable(`${what}: success rate by version`, columns, rows));
}
