import { el } from '../report/dom.ts';
import { bucketName } from './bucket-words.ts';
import { figuresTable } from './figures-table.ts';
import { type Strip, type StripMark, stripView } from './strip.ts';

/** Several series over the same buckets: what they have in common, and how one point is drawn and said. */
export interface Strips<Point> extends Pick<Strip, 'starts' | 'bucketMs' | 'top' | 'ticks' | 'tick'> {
  series: readonly { library: string; points: readonly (Point | null)[] }[];
  /** What a strip shows, for who cannot see it. */
  title(library: string): string;
  /** What the table shows. */
  caption: string;
  /** Strips with the same key show the same bucket under the pointer. */
  key: string;
  mark(point: Point): StripMark;
  /** A point in words, without its time. */
  words(point: Point): string;
  /** The words of a bucket without one. */
  none: string;
}

/** One strip per version, and the same figures as a table. */
export function stripsView<Point>(strips: Strips<Point>): HTMLElement {
  const { series, starts, bucketMs, mark, none } = strips;
  const words = (point: Point | null | undefined) => (point ? strips.words(point) : none);
  const views = series.map(({ library, points }, i) =>
    stripView(
      {
        ...strips,
        name: library,
        title: strips.title(library),
        marks: points.map((point) => point && mark(point)),
        words: (place) => `${bucketName(starts[place] as number, bucketMs)}: ${words(points[place])}`,
        dated: i === series.length - 1,
      },
      strips.key,
    ),
  );
  const rows = () =>
    starts.map((start, place) => [bucketName(start, bucketMs), ...series.map(({ points }) => words(points[place]))]);
  const columns = ['UTC', ...series.map(({ library }) => library)];
  return el('div', { class: 'strips' }, ...views, figuresTable(strips.caption, columns, rows));
}
