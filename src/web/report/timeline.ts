import type { Attempt } from '../../contracts/attempt.ts';
import type { Outcome } from '../../contracts/outcome.ts';
import { formatMs } from '../../words/text.ts';
import { el } from '../dom.ts';
import { mark } from './mark.ts';

/** A stretch of an attempt. */
export interface Stretch {
  name: string;
  /** Milliseconds since the attempt began. */
  from: number;
  ms: number;
  outcome: Outcome;
}

/** What a reader of a trace has picked. */
export interface Picked {
  /** Place in the stretches; null for the whole attempt. */
  stretch: number | null;
  /** Milliseconds since the attempt began; null before a moment was picked. */
  moment: number | null;
}

/** Something on the axis besides the stretches. */
export interface Tick {
  at: number;
  isBad: boolean;
}

/** How far an arrow key moves the moment, as a part of the whole. */
const step = 0.01;

/** The stretches of an attempt on one axis of time, which picks a moment, and the same as buttons, which pick a stretch. */
export class Timeline {
  readonly element: HTMLElement;
  readonly #stretches: readonly Stretch[];
  readonly #total: number;
  readonly #onPick: (picked: Picked) => void;
  readonly #cursor = el('span', { class: 'cursor', hidden: true });
  readonly #bar: HTMLElement;
  readonly #buttons: HTMLButtonElement[];
  #picked: Picked = { stretch: null, moment: null };

  /** @param onPick called with every change of what is picked. */
  constructor(attempt: Attempt, ticks: readonly Tick[], onPick: (picked: Picked) => void) {
    this.#stretches = stretchesOf(attempt);
    this.#total = Math.max(1, attempt.durationMs, ...this.#stretches.map(({ from, ms }) => from + ms));
    this.#onPick = onPick;
    this.#bar = el(
      'div',
      {
        class: 'bar',
        role: 'slider',
        tabindex: '0',
        'aria-label': 'Moment of the attempt',
        'aria-valuemin': '0',
        'aria-valuemax': String(Math.round(this.#total)),
        onkeydown: (event) => this.#moveByKey(event as KeyboardEvent),
        onpointerdown: (event) => this.#pickAt(event as PointerEvent),
        onpointermove: (event) => (event as PointerEvent).buttons === 1 && this.#pickAt(event as PointerEvent),
      },
      ...this.#stretches.map((stretch) => this.#drawn(stretch)),
      ...ticks.map(({ at, isBad }) =>
        el('span', { class: isBad ? 'tick bad' : 'tick', style: `left: ${this.#share(at)}` }),
      ),
      this.#cursor,
    );
    this.#buttons = [null, ...this.#stretches.keys()].map((place) => this.#button(place));
    this.element = el(
      'div',
      { class: 'timeline' },
      el('h3', {}, `Timeline, ${formatMs(attempt.durationMs)} in all`),
      this.#bar,
      el('ol', { class: 'steps' }, ...this.#buttons.map((button) => el('li', {}, button))),
    );
    this.#show();
  }

  #drawn({ name, from, ms, outcome }: Stretch): HTMLElement {
    return el('span', {
      class: outcome === 'passed' ? 'step' : 'step failed',
      style: `left: ${this.#share(from)}; width: ${this.#share(ms)}`,
      title: `${name} ${formatMs(ms)}`,
    });
  }

  /** @param place of a stretch; null for the whole attempt. */
  #button(place: number | null): HTMLButtonElement {
    const onclick = () => this.#pick({ stretch: place, moment: null });
    const stretch = place === null ? undefined : this.#stretches[place];
    if (!stretch) return el('button', { type: 'button', onclick }, 'all');
    const { name, from, ms, outcome } = stretch;
    return el(
      'button',
      { type: 'button', onclick, ...(outcome !== 'passed' && { class: 'failed' }) },
      el('span', { class: 'phase' }, outcome !== 'passed' && mark(outcome), name),
      el('span', { class: 'at' }, `at ${formatMs(from)}`),
      el('span', { class: 'ms' }, formatMs(ms)),
    );
  }

  #share(ms: number): string {
    return `${((Math.min(ms, this.#total) / this.#total) * 100).toFixed(2)}%`;
  }

  #pickAt(event: PointerEvent): void {
    const { left, width } = this.#bar.getBoundingClientRect();
    this.#pickMoment(((event.clientX - left) / width) * this.#total);
  }

  #moveByKey(event: KeyboardEvent): void {
    const now = this.#picked.moment ?? this.#total;
    const moved: Record<string, number> = {
      ArrowLeft: now - this.#total * step,
      ArrowRight: now + this.#total * step,
      Home: 0,
      End: this.#total,
    };
    const to = moved[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#pickMoment(to);
  }

  /** A moment outside of the picked stretch is one of the whole attempt. */
  #pickMoment(ms: number): void {
    const moment = Math.round(Math.min(this.#total, Math.max(0, ms)));
    const { stretch } = this.#picked;
    const picked = stretch === null ? undefined : this.#stretches[stretch];
    this.#pick({ stretch: picked && isWithin(picked, moment) ? stretch : null, moment });
  }

  #pick(picked: Picked): void {
    this.#picked = picked;
    this.#show();
    this.#onPick(picked);
  }

  #show(): void {
    const { stretch, moment } = this.#picked;
    for (const [i, button] of this.#buttons.entries())
      button.setAttribute('aria-pressed', String(i === (stretch === null ? 0 : stretch + 1)));
    this.#cursor.hidden = moment === null;
    this.#cursor.style.left = this.#share(moment ?? 0);
    const now = moment ?? this.#total;
    const there = this.#stretches.find((one) => isWithin(one, now));
    this.#bar.setAttribute('aria-valuenow', String(Math.round(now)));
    this.#bar.setAttribute('aria-valuetext', `${formatMs(now)}${there ? `, in ${there.name}` : ''}`);
  }
}

function isWithin({ from, ms }: Stretch, moment: number): boolean {
  return moment >= from && moment <= from + ms;
}

/** The spans of an attempt, with times since it began. */
export function stretchesOf(attempt: Attempt): Stretch[] {
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
