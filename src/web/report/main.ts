import type { CanaryHistory } from '../../contracts/canary-history.ts';
import type { HtmlOverview } from '../../contracts/html-report.ts';
import { el, embeddedJson } from '../dom.ts';
import { historyView } from '../history/history-view.ts';
import { causeList } from './cause-list.ts';
import { CellDialog } from './cell-dialog.ts';
import { cellHash } from './cell-hash.ts';
import { grid } from './grid.ts';
import { overviewHeader } from './overview-header.ts';

const legend =
  'A cell that passed shows the time from the scan to ready. A question mark says that it did not do what was expected. Open a cell for its timeline, cause and evidence.';
const overview = embeddedJson<HtmlOverview>('overview');
const app = document.getElementById('app') as HTMLElement;
const dialog = new CellDialog(overview);
app.append(
  overviewHeader(overview),
  el('div', { class: 'grids' }, ...overview.grids.map((shown) => grid(shown, overview.cells))),
  el('p', { class: 'legend' }, legend),
  causeList(overview),
  ...overTime(embeddedJson<CanaryHistory | null>('history')),
  dialog.element,
);
document.title = `${overview.counts.passed} of ${overview.counts.cells} cells pass · wwebjs-canary`;

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
