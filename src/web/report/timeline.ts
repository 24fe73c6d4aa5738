import type { Attempt } from '../../contracts/attempt.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';
import { mark } from './mark.ts';

interface TimelinePart {
  name: string;
  ms: number;
  failed: boolean;
}

/** The phases of an attempt as one bar, each as wide as its duration, and the same in words. */
export function timeline(attempt: Attempt): HTMLElement {
  const steps = stepsOf(attempt);
  const total = Math.max(
    1,
    steps.reduce((sum, { ms }) => sum + ms, 0),
  );
  const bar = steps.map(({ name, ms, failed }) =>
    el('span', {
      class: failed ? 'step failed' : 'step',
      style: `width: ${((ms / total) * 100).toFixed(2)}%`,
      title: `${name} ${formatMs(ms)}`,
    }),
  );
  const words = steps.map(({ name, ms, failed }) =>
    el(
      'li',
      failed ? { class: 'failed' } : {},
      el('span', { class: 'phase' }, failed && mark('failed'), name),
      el('span', { class: 'ms' }, formatMs(ms)),
    ),
  );
  return el(
    'section',
    {},
    el('h3', {}, `Timeline, ${formatMs(attempt.durationMs)} in all`),
    el('div', { class: 'bar', 'aria-hidden': 'true' }, ...bar),
    el('ol', { class: 'steps' }, ...words),
  );
}

/** The reached phases in sequence, and the failed one with its waiting time. */
function stepsOf({ phases, phase, durationMs }: Attempt): TimelinePart[] {
  const reached = Object.entries(phases).map(([name, ms]) => ({ name, ms: ms as number, failed: name === phase }));
  if (phase === null || reached.some((step) => step.failed)) return reached;
  const waited = Math.max(0, durationMs - reached.reduce((sum, { ms }) => sum + ms, 0));
  const close = reached.filter(({ name }) => name === 'close');
  return [...reached.filter(({ name }) => name !== 'close'), { name: phase, ms: waited, failed: true }, ...close];
}
