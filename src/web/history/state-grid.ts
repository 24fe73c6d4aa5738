import type { CanaryHistory, CellHistory, CellState } from '../../contracts/canary-history.ts';
import { chosenText } from '../../contracts/switches.ts';
import { type StateWord, stateWord, stateWords } from '../../words/cell-state.ts';
import { cellByArrow } from '../cell-by-arrow.ts';
import { el } from '../dom.ts';
import { bucketName, tickName } from './bucket-words.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Cells down, buckets across: the state of each cell over time. One table per browser, flow, condition, switches and target. */
export function stateGrids(history: Pick<CanaryHistory, 'buckets' | 'bucketMs' | 'cells'>): HTMLElement {
  const starts = history.buckets.map((start) => Date.parse(start));
  const said = el('output', { class: 'said' }, 'Arrow keys, a pointer or a finger tell what a square stands for.');
  const groups = Map.groupBy(history.cells, placeWords);
  const grids = [...groups].map(([title, cells]) => grid(title, cells, starts, history.bucketMs));
  const say = (event: Event) => {
    const square = (event.target as HTMLElement).closest('td');
    if (square) said.textContent = square.getAttribute('aria-label');
  };
  return el(
    'div',
    { onfocusin: say, onmouseover: say, onclick: say, onkeydown: moveByArrow as EventListener },
    legend(),
    el('p', { class: 'said-line' }, said),
    ...grids,
  );
}

function placeWords({ browser, flow, condition, switches, target }: CellHistory): string {
  const unusual = [
    condition === 'none' ? '' : `, condition ${condition}`,
    chosenText(switches) === '' ? '' : `, with ${chosenText(switches)}`,
    target === 'replica' ? '' : `, target ${target}`,
  ];
  return `browser ${browser}, flow ${flow}${unusual.join('')}`;
}

function grid(title: string, cells: readonly CellHistory[], starts: readonly number[], bucketMs: number): HTMLElement {
  const rows = cells.map((cell, row) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, el('b', {}, cell.library), ' ', el('span', { class: 'on' }, cell.build)),
      ...cell.states.map((state, i) => {
        const words = `${bucketName(starts[i] as number, bucketMs)}, ${cell.library} on ${cell.build}: `;
        const counts = state
          ? `${stateWords(state)} (${state.passed + state.failed + state.infra} attempts)`
          : 'not attempted';
        const isFirst = row === 0 && i === 0;
        const square = el('td', {
          class: `state ${state ? stateWord(state) : 'none'}`,
          tabindex: isFirst ? '0' : '-1',
          'aria-label': `${words}${counts}`,
        });
        // Set through the style object, since the content security policy forbids style attributes.
        if (state) square.style.setProperty('--share', `${failedShare(state)}%`);
        return square;
      }),
    ),
  );
  const table = el('table', { class: 'states' }, el('thead', {}, head(starts, bucketMs)), el('tbody', {}, ...rows));
  const scroll = el('div', { class: 'scroll' }, table);
  // Scrolls to the newest bucket, at the right.
  requestAnimationFrame(() => scroll.scrollTo({ left: scroll.scrollWidth }));
  return el('section', { class: 'grid' }, el('h3', {}, title), scroll);
}

/** How full a square is when some attempts failed, in percent; visible for one of a thousand as for all but one. */
function failedShare({ passed, failed }: CellState): number {
  const share = failed / Math.max(1, passed + failed);
  return Math.round(20 + 60 * share);
}

/** One label for several buckets, since a bucket is narrower than its label. */
function head(starts: readonly number[], bucketMs: number): HTMLElement {
  const begins = starts.map((start, i) => i === 0 || isNamed(start, bucketMs));
  const names: HTMLElement[] = [];
  for (let from = 0; from < starts.length; ) {
    const next = begins.indexOf(true, from + 1);
    const until = next === -1 ? starts.length : next;
    // Two buckets have no room for a label.
    const name = until - from > 2 ? tickName(starts[from] as number) : '';
    names.push(el('th', { scope: 'colgroup', colspan: String(until - from) }, name));
    from = until;
  }
  return el('tr', {}, el('th', { scope: 'col' }, 'UTC'), ...names);
}

function isNamed(start: number, bucketMs: number): boolean {
  if (bucketMs === hourMs) return start % (6 * hourMs) === 0;
  if (bucketMs < dayMs) return start % dayMs === 0;
  // 1970-01-05 was a Monday.
  if (bucketMs === dayMs) return (start / dayMs - 4) % 7 === 0;
  return new Date(start).getUTCDate() <= 7;
}

const meanings: [StateWord, string][] = [
  ['passed', 'passed'],
  ['mixed', 'some failed'],
  ['failed', 'failed'],
  ['infra', 'spoiled by the machine'],
];

function legend(): HTMLElement {
  const items = meanings.map(([word, meaning]) =>
    el('li', {}, el('span', { class: `state ${word}`, 'aria-hidden': 'true' }), meaning),
  );
  return el(
    'ul',
    { class: 'state-legend' },
    ...items,
    el('li', {}, el('span', { class: 'state none' }), 'not attempted'),
  );
}

function moveByArrow(event: KeyboardEvent): void {
  const moved = cellByArrow(event);
  if (moved?.to.tagName !== 'TD') return;
  moved.from.tabIndex = -1;
  moved.to.tabIndex = 0;
  moved.to.focus();
}
