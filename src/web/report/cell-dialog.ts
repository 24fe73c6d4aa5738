import type { HtmlCell, HtmlCellDetail, HtmlOverview } from '../../contracts/html-report.ts';
import { chosenText } from '../../contracts/switches.ts';
import { symbols } from '../../words/text.ts';
import { el, embeddedJson } from '../dom.ts';
import { attemptView } from './attempt-view.ts';
import { cellHash } from './cell-hash.ts';
import { bareWords } from './grid.ts';
import { mark } from './mark.ts';

/** The dialog of a cell. Esc, a button and the back key close it; two more buttons go to the neighbouring cells. */
export class CellDialog {
  readonly element = el('dialog', { 'aria-label': 'cell', onclick: (event) => this.#closeOutside(event) });
  readonly #cells: HtmlCell[];

  readonly #isShown: (cell: HtmlCell) => boolean;

  constructor({ cells }: HtmlOverview, isShown: (cell: HtmlCell) => boolean) {
    this.#cells = cells;
    this.#isShown = isShown;
    this.element.addEventListener('close', () => {
      if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
    });
  }

  open(place: number): void {
    const shown = this.#cells[place] as HtmlCell;
    const detail = embeddedJson<HtmlCellDetail>(`cell-${place}`);
    this.element.replaceChildren(this.#bar(place), ...cellNodes(shown, detail).filter((node) => node !== false));
    if (!this.element.open) this.element.showModal();
    this.element.scrollTop = 0;
  }

  close(): void {
    if (this.element.open) this.element.close();
  }

  #bar(place: number): HTMLElement {
    const step = (by: 1 | -1, text: string) => {
      const neighbour = this.#neighbour(place, by);
      return el(
        'button',
        {
          type: 'button',
          disabled: neighbour === undefined,
          onclick: () => neighbour && location.replace(cellHash(neighbour.cell)),
        },
        text,
      );
    };
    return el(
      'nav',
      {},
      step(-1, 'Previous cell'),
      step(1, 'Next cell'),
      el('button', { type: 'button', class: 'close', autofocus: true, onclick: () => this.close() }, 'Close'),
    );
  }

  /** The next cell in a direction that the filter lets through. */
  #neighbour(place: number, by: 1 | -1): HtmlCell | undefined {
    for (let next = place + by; next in this.#cells; next += by) {
      const cell = this.#cells[next] as HtmlCell;
      if (this.#isShown(cell)) return cell;
    }
    return undefined;
  }

  #closeOutside(event: Event): void {
    if (event.target === this.element) this.close();
  }
}

function cellNodes(shown: HtmlCell, detail: HtmlCellDetail): (HTMLElement | false)[] {
  const { cell, outcome, surprise, words, change } = shown;
  const condition = cell.condition === 'none' ? '' : cell.condition;
  const extra = [`browser ${cell.browser}`, cell.flow, condition, chosenText(cell.switches), cell.target];
  const several = detail.attempts.length > 1;
  return [
    el('h2', {}, `${cell.library} `, el('span', { class: 'on' }, 'on'), ` ${cell.build}`),
    el('p', { class: 'axes' }, extra.filter((part) => part !== '').join(' · ')),
    el(
      'p',
      { class: 'verdict' },
      el('span', { class: `tile ${outcome ?? 'not-run'}` }, mark(outcome), bareWords(words) || (outcome ?? 'not run')),
      surprise && el('span', { class: 'unexpected' }, `${symbols.surprise} not as expected`),
    ),
    change !== null && el('p', { class: 'change' }, `Changed since the run before: ${change}.`),
    expectationView(shown),
    repeatView(detail.repeat),
    ...detail.attempts.flatMap((attempt, i) => {
      const view = attemptView(cell, attempt, detail.screenshots[attempt.id]);
      if (!several) return view;
      const title = el('summary', {}, `Attempt ${i + 1}: ${attempt.code ?? attempt.outcome}`);
      return [el('details', { class: 'attempt', open: i === 0 }, title, ...view)];
    }),
  ];
}

function expectationView({ expectation }: HtmlCell): HTMLElement {
  if (!expectation)
    return el('p', { class: 'expectation' }, 'This cell has no expectation, so it is expected to pass.');
  const { outcome, phase, code, reason, link } = expectation;
  const wanted = [outcome, phase && `in phase ${phase}`, code && `with ${code}`].filter(Boolean).join(' ');
  return el(
    'p',
    { class: 'expectation' },
    `Expected: ${wanted}. `,
    reason ? `${reason} ` : null,
    link ? linkView(link) : null,
  );
}

/** Only addresses become links: the configuration of a report may come from a stranger. */
function linkView(link: string): HTMLElement | string {
  return /^https?:\/\//.test(link) ? el('a', { href: link, rel: 'noreferrer' }, 'Source') : link;
}

function repeatView({ command, needs }: HtmlCellDetail['repeat']): HTMLElement {
  const copy = el('button', { type: 'button', class: 'copy' }, 'Copy');
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command);
    copy.textContent = 'Copied';
  });
  return el(
    'div',
    {},
    el('div', { class: 'repeat' }, el('code', {}, command), copy),
    needs.length > 0 && el('p', { class: 'needs' }, `On another machine it needs ${needs.join('; ')}.`),
  );
}
