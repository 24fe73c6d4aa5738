import { el } from '../report/dom.ts';

/** What a plot shows, as a table; made when somebody opens it. */
export function figuresTable(caption: string, columns: readonly string[], rows: () => string[][]): HTMLElement {
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
