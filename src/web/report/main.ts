import type { CanaryHistory } from '../../contracts/canary-history.ts';
import type { HtmlOverview } from '../../contracts/html-report.ts';
import { el, embeddedJson } from '../dom.ts';
import { historyView } from '../history/history-view.ts';
import { buildTable } from './build-table.ts';
import { causeList } from './cause-list.ts';
import { CellDialog } from './cell-dialog.ts';
import { CellFilter } from './cell-filter.ts';
import { cellHash } from './cell-hash.ts';
import { findingList } from './finding-list.ts';
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
const builds = el('div');
app.append(
  overviewHeader(overview),
  filter.element,
  grids,
  el('p', { class: 'legend' }, legend),
  causes,
  builds,
  ...overTime(embeddedJson<CanaryHistory | null>('history')),
  dialog.element,
);
showCells();
document.title = `${overview.counts.passed} of ${overview.counts.cells} cells pass · wwebjs-canary`;

/** The grids, causes, builds and findings that the filter lets through. */
function showCells(): void {
  const shown = filter.filtered();
  const none = el('p', { class: 'nothing' }, 'The filter lets no cell of this run through.');
  const isEmpty = shown.grids.length === 0 && overview.cells.length > 0;
  grids.replaceChildren(...(isEmpty ? [none] : shown.grids.map((one) => grid(one, overview.cells))));
  causes.replaceChildren(...(isEmpty ? [] : [causeList({ ...overview, causes: shown.causes })]));
  const ofBuilds = [shown.builds.length > 0 ? buildTable(shown.builds) : null, findingList(shown.findings)];
  builds.replaceChildren(...ofBuilds.filter((each) => each !== null));
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
