import type { Attempt } from '../../contracts/attempt.ts';
import type { Outcome } from '../../contracts/outcome.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';
import { mark } from './mark.ts';

/** A stretch of an attempt. */
interface Stretch {
  name: string;
  /** Milliseconds since the attempt began. */
  from: number;
  ms: number;
  outcome: Outcome;
}

/** The spans of an attempt on one axis of time, and the same in words. */
export function timeline(attempt: Attempt): HTMLElement {
  const stretches = stretchesOf(attempt);
  const total = Math.max(1, attempt.durationMs, ...stretches.map(({ from, ms }) => from + ms));
  const share = (ms: number) => `${((ms / total) * 100).toFixed(2)}%`;
  const bar = stretches.map(({ name, from, ms, outcome }) =>
    el('span', {
      class: outcome === 'passed' ? 'step' : 'step failed',
      style: `left: ${share(from)}; width: ${share(ms)}`,
      title: `${name} ${formatMs(ms)}`,
    }),
  );
  const words = stretches.map(({ name, from, ms, outcome }) =>
    el(
      'li',
      outcome === 'passed' ? {} : { class: 'failed' },
      el('span', { class: 'phase' }, outcome !== 'passed' && mark(outcome), name),
      el('span', { class: 'at' }, `at ${formatMs(from)}`),
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

function stretchesOf(attempt: Attempt): Stretch[] {
  const began = Date.parse(attempt.startedAt);
  if (attempt.spans.length === 0) return stretchesOfPhases(attempt);
  return attempt.spans.map(({ phase, startedAt, ms, outcome }) => ({
    ...{ name: phase, ms, outcome },
    from: Math.max(0, Date.parse(startedAt) - began),
  }));
}

/** A record without spans has one time per phase, each since the end of the phase before; the failed one has waited since then. */
function stretchesOfPhases({ phases, phase, durationMs, outcome }: Attempt): Stretch[] {
  let from = 0;
  const next = (name: string, ms: number, how: Outcome): Stretch => {
    const stretch = { name, from, ms, outcome: how };
    from += ms;
    return stretch;
  };
  const { close, ...before } = phases;
  const reached = Object.entries(before).map(([name, ms]) => next(name, ms, name === phase ? outcome : 'passed'));
  const isReached = phase === null || phase in phases;
  const failed = isReached ? [] : [next(phase, Math.max(0, durationMs - from - (close ?? 0)), outcome)];
  return [
    ...reached,
    ...failed,
    ...(close === undefined ? [] : [next('close', close, phase === 'close' ? outcome : 'passed')]),
  ];
}
