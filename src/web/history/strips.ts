import { el } from '../dom.ts';
import { bucketName } from './bucket-words.ts';
import { type Strip, type StripMark, stripView } from './strip.ts';

/** Several series over the same buckets: their common scale, and how a point is drawn and described. */
export interface Strips<Point> extends Pick<Strip, 'starts' | 'bucketMs' | 'top' | 'ticks' | 'tick'> {
  series: readonly { library: string; points: readonly (Point | null)[] }[];
  /** Description of a strip for screen readers. */
  title(library: string): string;
  /** Caption of the table. */
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

/** The figures of a plot as a table, created when it is opened. */
function figuresTable(caption: string, columns: readonly string[], rows: () => string[][]): HTMLElement {
  const place = el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption });
  const details = el('details', { class: 'figures' }, el('summary', {}, 'The figures as a table'), place);
  details.addEventListener('toggle', () => {
    if (details.open && place.childElementCount === 0) place.append(table(caption, columns, rows()));
  });
  return details;
}

function table(caption: string, columns: readonly string[], rows: readonly string[][]): HTMLElement {
  const head = columns.map((column) => el('th', { scope: 'col' }, column));
  const body = rows.map(([first = '', ...cells]) =>
    el('tr', {}, el('th', { scope: 'row' }, first), ...cells.map((cell) => el('td', {}, cell))),
  );
  return el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...body));
}
