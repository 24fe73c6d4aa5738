import type { HtmlCell, HtmlGrid } from '../../contracts/html-report.ts';
import { symbols } from '../../words/text.ts';
import { cellByArrow } from '../cell-by-arrow.ts';
import { el } from '../dom.ts';
import { cellHash } from './cell-hash.ts';
import { mark } from './mark.ts';

/** Libraries down, builds across. Each cell is a link; arrow keys move between them. */
export function grid({ title, builds, doubts, rows }: HtmlGrid, cells: readonly HtmlCell[]): HTMLElement {
  const head = el(
    'tr',
    {},
    el('th', { scope: 'col' }, 'library'),
    ...builds.map((build, i) => buildHead(build, doubts[i] ?? null)),
  );
  const body = rows.map(({ library, cells: places }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, library),
      ...places.map((place) => el('td', {}, place === null ? null : tile(cells[place] as HtmlCell))),
    ),
  );
  const table = el(
    'table',
    { onkeydown: moveByArrow as EventListener },
    el('thead', {}, head),
    el('tbody', {}, ...body),
  );
  return el('section', { class: 'grid' }, el('h2', {}, title), el('div', { class: 'scroll' }, table));
}

/** A cell as a link with its symbol, its words and, when it is not as expected, a mark. */
export function tile(shown: HtmlCell, label?: string): HTMLElement {
  const { cell, outcome, surprise, words, change } = shown;
  const rest = bareWords(words);
  const described = `${cell.library} on ${cell.build}: ${outcome ?? 'not run'} ${rest}${surprise ? ', not as expected' : ''}${change === null ? '' : `, changed: ${change}`}`;
  return el(
    'a',
    { href: cellHash(cell), class: `tile ${outcome ?? 'not-run'}`, 'aria-label': described, title: described },
    mark(outcome),
    el('span', { class: 'words' }, label ?? (rest || (outcome ?? 'not run'))),
    change !== null && el('span', { class: 'changed', 'aria-hidden': 'true' }, 'Δ'),
    surprise && el('span', { class: 'surprise', 'aria-hidden': 'true' }, symbols.surprise),
  );
}

/** The words of a cell without the typed symbols: `1.3 s`, `no-ready`, or nothing. */
export function bareWords(words: string): string {
  return words.slice(1).replace(symbols.surprise, '').trim();
}

function buildHead(build: string, doubt: string | null): HTMLElement {
  if (doubt === null) return el('th', { scope: 'col' }, ...buildWords(build));
  const said = `${build} ${doubt}`;
  return el('th', { scope: 'col', title: said }, ...buildWords(build), el('abbr', { title: said }, ` ${symbols.open}`));
}

/** Ten digits are easier to compare when the last six are set apart. */
function buildWords(build: string): Node[] {
  const [, start = '', end = ''] = /^(.*?\.)(\d+)$/.exec(build) ?? [];
  return [el('span', { class: 'build-start' }, start), el('span', { class: 'build-end' }, end)];
}

function moveByArrow(event: KeyboardEvent): void {
  cellByArrow(event)?.to.querySelector('a')?.focus();
}
