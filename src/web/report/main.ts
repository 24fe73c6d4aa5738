import type { CanaryHistory } from '../../contracts/canary-history.ts';
import type { HtmlOverview } from '../../contracts/html-report.ts';
import { el, embeddedJson } from '../dom.ts';
import { historyView } from '../history/history-view.ts';
import { causeList } from './cause-list.ts';
import { CellDialog } from './cell-dialog.ts';
import { CellFilter } from './cell-filter.ts';
import { cellHash } from './cell-hash.ts';
import { grid } from './grid.ts';
import { overviewHeader } from './overview-header.ts';

const legend =
  'A cell that passed shows the time to ready, from the start of the browser. A question mark says that it did not do what was expected. Open a cell for its timeline, cause and evidence.';
const overview = embeddedJson<HtmlOverview>('overview');
const app = document.getElementById('app') as HTMLElement;
const filter = new CellFilter(overview, showCells);
const dialog = new CellDialog(overview, (cell) => filter.lets(cell));
const grids = el('div', { class: 'grids' });
const causes = el('div');
app.append(
  overviewHeader(overview),
  filter.element,
  grids,
  el('p', { class: 'legend' }, legend),
  causes,
  ...overTime(embeddedJson<CanaryHistory | null>('history')),
  dialog.element,
);
showCells();
document.title = `${overview.counts.passed} of ${overview.counts.cells} cells pass · wwebjs-canary`;

/** The grids and causes of the cells that the filter lets through. */
function showCells(): void {
  const { grids: shown, causes: shownCauses } = filter.filtered();
  grids.replaceChildren(...shown.map((one) => grid(one, overview.cells)));
  causes.replaceChildren(causeList({ ...overview, causes: shownCauses }));
}

/** Drawn when it is opened; absent if the store has only this run. */
function overTime(history: CanaryHistory | null): HTMLElement[] {
  if (!history) return [];
  const details = el('details', { class: 'over-time' }, el('summary', {}, 'These versions over the last 30 days'));
  details.addEventListener('toggle', () => details.append(historyView(history)), { once: true });
  return [details];
}

const cellsByHash = new Map(overview.cells.map(({ cell }, place) => [cellHash(cell), place]));
function follow(): void {
  const place = cellsByHash.get(location.hash);
  if (place === undefined) dialog.close();
  else dialog.open(place);
}
addEventListener('hashchange', follow);
follow();
