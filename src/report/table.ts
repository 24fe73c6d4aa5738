import { sortBuilds } from '../contracts/build-number.ts';
import { chosenText } from '../contracts/switches.ts';
import { type CellSummary, cellWords, isOpen } from '../words/cell-summary.ts';
import { buildDoubt } from '../words/prediction.ts';
import { symbols } from '../words/text.ts';
import { columnLines } from './fit-text.ts';

/** The rows and columns of one grid: libraries down, builds across, for one browser, flow, condition, switches and target. */
export interface Grid {
  /** The common axes of the grid, e.g. `browser current, flow qr-to-ready`. */
  title: string;
  builds: string[];
  /** What of the page of each build is not known for sure; null where nothing is. */
  doubts: (string | null)[];
  rows: { library: string; cells: (CellSummary | undefined)[] }[];
}

/** Splits a run into grids; libraries and grids keep the order of the plan, builds go from old to new. */
export function gridsOf(summaries: readonly CellSummary[]): Grid[] {
  const byTitle = Map.groupBy(summaries, ({ cell: { browser, flow, condition, switches, target } }) =>
    [
      `browser ${browser}, flow ${flow}`,
      ...(condition === 'none' ? [] : [`condition ${condition}`]),
      ...(chosenText(switches) === '' ? [] : [`with ${chosenText(switches)}`]),
      ...(target === 'replica' ? [] : [`target ${target}`]),
    ].join(', '),
  );
  return [...byTitle].map(([title, cells]) => {
    const builds = sortBuilds(cells.map(({ cell }) => cell.build));
    const libraries = [...new Set(cells.map(({ cell }) => cell.library))];
    const at = new Map(cells.map((summary) => [`${summary.cell.library} ${summary.cell.build}`, summary]));
    return {
      title,
      builds,
      doubts: builds.map(
        (build) =>
          cells
            .filter(({ cell }) => cell.build === build)
            .map(doubtAbout)
            .find(isDoubt) ?? null,
      ),
      rows: libraries.map((library) => ({ library, cells: builds.map((build) => at.get(`${library} ${build}`)) })),
    };
  });
}

/** Paints a cell's text with control sequences of a terminal; the default leaves it plain. */
export type PaintCell = (text: string, summary: CellSummary) => string;

/** The grids as text of at most `width` columns where possible: a wider grid continues below itself. */
export function renderTable(
  summaries: readonly CellSummary[],
  width: number,
  paint: PaintCell = (text) => text,
): string {
  const grids = gridsOf(summaries).map((grid) => renderGrid(grid, width, paint));
  return `${grids.join('\n\n')}\n\n${legend(summaries)}`;
}

/** The builds of a grid; `~` marks one whose page is not known for sure. */
export function columnTitles({ builds, doubts }: Grid): string[] {
  return builds.map((build, i) => (isDoubt(doubts[i]) ? `${build} ${symbols.open}` : build));
}

function doubtAbout({ confidence, prediction }: CellSummary): string | null {
  return buildDoubt(confidence.build, prediction ?? {});
}

function isDoubt(doubt: string | null | undefined): doubt is string {
  return typeof doubt === 'string';
}

function renderGrid(grid: Grid, width: number, paint: PaintCell): string {
  const { title, rows } = grid;
  const builds = columnTitles(grid);
  const libraryWidth = Math.max('library'.length, ...rows.map(({ library }) => library.length));
  const widths = builds.map((build, i) =>
    Math.max(build.length, ...rows.map(({ cells }) => (cells[i] ? cellWords(cells[i]).length : 0))),
  );
  const blocks = columnsThatFit(widths, width - libraryWidth).flatMap((columns) => {
    const body = rows.map(({ library, cells }) => {
      const texts = columns.map((i) => (cells[i] ? paint(cellWords(cells[i]), cells[i]) : ''));
      return [library, ...texts];
    });
    return columnLines([['library', ...columns.map((i) => builds[i] as string)], ...body], width);
  });
  return [title, ...blocks].join('\n');
}

/** Indexes of the columns in blocks of at most `width`; a block has at least one column. */
function columnsThatFit(widths: readonly number[], width: number): number[][] {
  const blocks: number[][] = [];
  let left = 0;
  for (const [i, columnWidth] of widths.entries()) {
    const needed = columnWidth + 2;
    const block = blocks.at(-1);
    if (block && needed <= left) {
      block.push(i);
      left -= needed;
    } else {
      blocks.push([i]);
      left = width - needed;
    }
  }
  return blocks;
}

function legend(summaries: readonly CellSummary[]): string {
  const has = (test: (summary: CellSummary) => boolean, words: string) => (summaries.some(test) ? [words] : []);
  return [
    ...has(({ outcome }) => outcome === 'passed', `${symbols.passed} passed, with the time to ready`),
    ...has(({ outcome }) => outcome === 'failed', `${symbols.failed} failed, with what happened`),
    ...has(
      ({ outcome }) => outcome === 'infra',
      `${symbols.infra} harness or machine trouble: says nothing about the library`,
    ),
    ...has(({ outcome }) => outcome === null, `${symbols.notRun} not run`),
    ...has(
      ({ confidence, prediction }) =>
        prediction?.behavioursOf === undefined && buildDoubt(confidence.build, {}) !== null,
      `${symbols.open} at a build: it lies between known builds, or outside of them`,
    ),
    ...has(
      ({ prediction }) => prediction?.behavioursOf !== undefined,
      `${symbols.open} at a captured build: its behaviours are those of the nearest build whose behaviours are known`,
    ),
    ...has(isOpen, `${symbols.open} at a cell: it rests on a change that may have reached the build`),
    ...has(({ agreement }) => agreement === 'differs', `${symbols.differs} the source predicts something else`),
    ...has(({ surprise }) => surprise, `${symbols.surprise} not as expected`),
  ].join('\n');
}
