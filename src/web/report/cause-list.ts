import type { HtmlCell, HtmlOverview } from '../../contracts/html-report.ts';
import { causePlace, cellName } from '../../words/cell-names.ts';
import { el, withCode } from '../dom.ts';
import { tile } from './grid.ts';

const noCause = 'No cause was found; the events of the cell are the evidence.';

/** The causes of failures, each once, with links to its cells. */
export function causeList({ causes, cells }: HtmlOverview): HTMLElement {
  if (causes.length === 0) return el('section', { class: 'causes' }, el('h2', {}, 'Nothing failed here'));
  const items = causes.map(({ code, cause, known, cells: places }) => {
    const { missing, libraryLine } = cause ? causePlace(cause) : { missing: '', libraryLine: '' };
    return el(
      'li',
      {},
      el(
        'p',
        { class: 'what' },
        el('span', { class: 'code' }, code),
        missing !== '' && el('code', { class: 'missing' }, missing),
        missing !== '' && ' is missing',
        libraryLine !== '' && el('code', { class: 'place' }, libraryLine),
        known !== '' && el('span', { class: 'known' }, known),
      ),
      el('p', { class: 'message' }, ...withCode(cause?.message ?? noCause)),
      el('p', { class: 'tiles' }, ...places.map((place) => causeTile(cells[place] as HtmlCell))),
    );
  });
  return el('section', { class: 'causes' }, el('h2', {}, 'Causes'), el('ol', {}, ...items));
}

function causeTile(shown: HtmlCell): HTMLElement {
  return tile(shown, cellName(shown.cell));
}
