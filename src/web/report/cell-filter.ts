import { liveBuild } from '../../contracts/build-number.ts';
import type { HtmlCell, HtmlOverview } from '../../contracts/html-report.ts';
import { el } from '../dom.ts';

/** What can be chosen, with the value that a cell has. */
const choices = {
  library: ({ cell }: HtmlCell) => cell.library,
  build: ({ cell }: HtmlCell) => cell.build,
  flow: ({ cell }: HtmlCell) => cell.flow,
  code: ({ code, outcome }: HtmlCell) => code ?? outcome ?? 'not run',
} as const;
type FilteredAxis = keyof typeof choices;
const names = Object.keys(choices) as FilteredAxis[];

/** Choices that a cell is true for or not, by their names in the page's address. */
const marks = {
  unexpected: ({ surprise }: HtmlCell) => surprise,
  changed: ({ change }: HtmlCell) => change !== null,
} as const;
type CellMark = keyof typeof marks;

/**
 * Chooses the cells that the page shows: by library, build, flow and code, whether they did what was expected, and whether they changed since the run before. The build also
 * chooses among the findings about builds. The choice is in the page's address, so that a link shows the same.
 */
export class CellFilter {
  readonly element: HTMLElement;
  readonly #overview: HtmlOverview;
  readonly #onChange: () => void;
  readonly #count = el('output', {});
  readonly #selects: Record<FilteredAxis, HTMLSelectElement>;
  /** Those that some cell can be true for. */
  readonly #boxes = new Map<CellMark, HTMLInputElement>();

  constructor(overview: HtmlOverview, onChange: () => void) {
    this.#overview = overview;
    this.#onChange = onChange;
    const apply = () => this.#apply();
    const select = (name: FilteredAxis) => {
      const found = name === 'build' ? overview.findings.map(({ build }) => build) : [];
      const values = [...new Set([...overview.cells.map(choices[name]), ...found])];
      const options = values.map((value) => el('option', { value }, value));
      return el('select', { name, onchange: apply }, el('option', { value: '' }, 'all'), ...options);
    };
    this.#selects = { library: select('library'), build: select('build'), flow: select('flow'), code: select('code') };
    const box = (name: CellMark, label: string) => {
      const input = el('input', { type: 'checkbox', name, onchange: apply });
      this.#boxes.set(name, input);
      return el('label', {}, input, label);
    };
    const { before, counts } = overview;
    this.element = el(
      'form',
      {
        class: 'filter',
        'aria-label': 'filter',
        onreset: () => setTimeout(apply),
        onsubmit: (event) => event.preventDefault(),
      },
      ...names.map((name) => el('label', {}, name, this.#selects[name])),
      counts.surprises > 0 && box('unexpected', 'not as expected'),
      before && box('changed', `changed since run ${before.id}`),
      el('button', { type: 'reset' }, 'Show all'),
      this.#count,
    );
    this.#readAddress();
    this.#say();
    addEventListener('popstate', () => {
      this.#readAddress();
      this.#say();
      onChange();
    });
  }

  lets(cell: HtmlCell): boolean {
    const isChosen = names.every((name) => ['', choices[name](cell)].includes(this.#selects[name].value));
    return isChosen && [...this.#boxes].every(([name, { checked }]) => !checked || marks[name](cell));
  }

  /**
   * Grids without the rows and columns of which no cell is let through, the causes of those that are, and what is known of the chosen
   * build: of all, where none is chosen.
   */
  filtered(): Pick<HtmlOverview, 'grids' | 'causes' | 'builds' | 'findings'> {
    const { cells, grids, causes, builds, findings } = this.#overview;
    const isChosen = ({ build }: { build: string }) => ['', liveBuild, build].includes(this.#selects.build.value);
    const lets = (place: number | null) => place !== null && this.lets(cells[place] as HtmlCell);
    return {
      grids: grids.flatMap(({ title, builds, doubts, rows }) => {
        const kept = rows.filter((row) => row.cells.some(lets));
        const columns = builds.map((_, i) => i).filter((i) => kept.some((row) => lets(row.cells[i] ?? null)));
        if (kept.length === 0) return [];
        const shown = kept.map(({ library, cells: places }) => ({
          library,
          cells: columns.map((i) => (lets(places[i] ?? null) ? (places[i] as number) : null)),
        }));
        return [
          {
            title,
            builds: columns.map((i) => builds[i] as string),
            doubts: columns.map((i) => doubts[i] ?? null),
            rows: shown,
          },
        ];
      }),
      causes: causes
        .map((cause) => ({ ...cause, cells: cause.cells.filter(lets) }))
        .filter(({ cells: its }) => its.length > 0),
      builds: builds.filter(isChosen),
      findings: findings.filter(isChosen),
    };
  }

  #apply(): void {
    const query = new URLSearchParams();
    for (const name of names) if (this.#selects[name].value !== '') query.set(name, this.#selects[name].value);
    for (const [name, { checked }] of this.#boxes) if (checked) query.set(name, '');
    const text = query.toString();
    history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}${location.hash}`);
    this.#say();
    this.#onChange();
  }

  /** A value that this report does not have chooses all: a link may come from a report of another run. */
  #readAddress(): void {
    const query = new URLSearchParams(location.search);
    for (const name of names) {
      const select = this.#selects[name];
      select.value = query.get(name) ?? '';
      if (select.selectedIndex < 0) select.value = '';
    }
    for (const [name, input] of this.#boxes) input.checked = query.has(name);
  }

  #say(): void {
    const { cells } = this.#overview;
    const shown = cells.filter((cell) => this.lets(cell)).length;
    const all = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
    this.#count.textContent = shown === cells.length ? all : `${shown} of ${all}`;
  }
}
