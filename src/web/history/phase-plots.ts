import type { TimeSeries } from '../../contracts/canary-history.ts';
import type { Phase } from '../../contracts/outcome.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';
import { stripsView } from './strips.ts';

/** Duration of a phase, one strip per version; the reader chooses the phase. */
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
  return stripsView({
    series,
    starts,
    bucketMs,
    key: 'phase',
    title: (library) => `Time of the phase ${phase} with ${library}, p50 and p95`,
    caption: `Time of the phase ${phase} by version`,
    top,
    ticks: [0, top / 2, top],
    tick: formatMs,
    mark: ({ p50, p95 }) => ({ low: p50, line: p50, high: p95 }),
    words: ({ p50, p95, attempts }) => `p50 ${formatMs(p50)}, p95 ${formatMs(p95)} of ${attempts}`,
    none: 'none completed it',
  });
}

/** The next of 1, 2, 4, 6 or 8 times a power of ten, so that half of it is round too. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * ([1, 2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}
