import type { TimePoint, TimeSeries } from '../../contracts/canary-history.ts';
import type { Phase } from '../../contracts/outcome.ts';
import { formatMs } from '../../report/words.ts';
import { el } from '../report/dom.ts';
import { bucketName } from './bucket-words.ts';
import { figuresTable } from './figures-table.ts';
import { stripView } from './strip.ts';

/** How long a phase took, one strip per version; the phase is chosen on the page. */
export function phasePlots(series: readonly TimeSeries[], starts: readonly number[], bucketMs: number): HTMLElement {
  const phases = [...new Set(series.map(({ phase }) => phase))];
  const first = phases.includes('ready') ? 'ready' : phases[0];
  const plots = el('div');
  const show = (phase: Phase) =>
    plots.replaceChildren(
      onePhase(
        series.filter((one) => one.phase === phase),
        starts,
        bucketMs,
      ),
    );
  const choices = phases.map((phase) =>
    el(
      'label',
      {},
      el('input', {
        type: 'radio',
        name: 'phase',
        value: phase,
        checked: phase === first,
        onchange: () => show(phase),
      }),
      phase,
    ),
  );
  if (first) show(first);
  return el('div', {}, el('fieldset', { class: 'choices' }, el('legend', {}, 'Phase'), ...choices), plots);
}

function onePhase(series: readonly TimeSeries[], starts: readonly number[], bucketMs: number): HTMLElement {
  const phase = series[0]?.phase ?? '';
  const top = niceTop(Math.max(...series.flatMap(({ points }) => points.map((point) => point?.p95 ?? 0))));
  const words = (point: TimePoint | null | undefined) =>
    point ? `p50 ${formatMs(point.p50)}, p95 ${formatMs(point.p95)} of ${point.attempts}` : 'none completed it';
  const strips = series.map(({ library, points }, i) =>
    stripView(
      {
        name: library,
        title: `Time of the phase ${phase} with ${library}, p50 and p95`,
        starts,
        bucketMs,
        marks: points.map((point) => point && { low: point.p50, line: point.p50, high: point.p95 }),
        top,
        ticks: [0, top / 2, top],
        tick: formatMs,
        words: (place) => `${bucketName(starts[place] as number, bucketMs)}: ${words(points[place])}`,
        dated: i === series.length - 1,
      },
      'phase',
    ),
  );
  const rows = () =>
    starts.map((start, place) => [bucketName(start, bucketMs), ...series.map(({ points }) => words(points[place]))]);
  const columns = ['UTC', ...series.map(({ library }) => library)];
  return el(
    'div',
    { class: 'strips' },
    ...strips,
    figuresTable(`Time of the phase ${phase} by version`, columns, rows),
  );
}

/** The next of 1, 2, 4, 6 or 8 times a power of ten, so that half of it is a round number too. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}
