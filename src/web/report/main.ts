import type { HtmlOverview } from '../../contracts/html-report.ts';
import { causeList } from './cause-list.ts';
import { CellDialog } from './cell-dialog.ts';
import { cellHash } from './cell-hash.ts';
import { embeddedJson } from './dom.ts';
import { grid } from './grid.ts';
import { overviewHeader } from './overview-header.ts';

const overview = embeddedJson<HtmlOverview>('overview');
const app = document.getElementById('app') as HTMLElement;
const dialog = new CellDialog(overview);
app.append(
  overviewHeader(overview),
  ...overview.grids.map((shown) => grid(shown, overview.cells)),
  causeList(overview),
  dialog.element,
);
document.title = `${overview.counts.passed} of ${overview.counts.cells} cells pass · wwebjs-canary`;

const cellsByHash = new Map(overview.cells.map(({ cell }, place) => [cellHash(cell), place]));
function follow(): void {
  const place = cellsByHash.get(location.hash);
  if (place === undefined) dialog.close();
  else dialog.open(place);
}
addEventListener('hashchange', follow);
follow();
