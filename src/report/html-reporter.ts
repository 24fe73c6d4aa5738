import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { type Attempt, cellKey } from '../contracts/attempt.ts';
import type { CanaryHistory } from '../contracts/canary-history.ts';
import { home } from '../contracts/home.ts';
import type { HtmlCellDetail, HtmlOverview } from '../contracts/html-report.ts';
import type { CellReport, RunInfo, RunObserver } from '../contracts/run.ts';
import { embedScript, selfContainedPage } from '../web/self-contained-page.ts';
import { type CellSummary, cellWords, countCells, summarizeReport } from '../words/cell-summary.ts';
import { repeatCommand } from '../words/repeat.ts';
import { groupCauses } from './causes.ts';
import { compareRuns } from './compare-runs.ts';
import { changeWords } from './diff-reporters.ts';
import type { ReportSource, SummarizedRun } from './report-source.ts';
import { headlineOfRun } from './summary-sentence.ts';
import { gridsOf } from './table.ts';
import { writeReportFile } from './write-report-file.ts';

/** The page embeds screenshots up to this many bytes; a much larger page opens slowly on a phone. */
const screenshotBudget = 24 * 1024 * 1024;

/** The file with the path of the last HTML report, for `report show`. */
export const lastReportFile = () => home('last-report');

/** `html=DIR`: one page that opens from disk without a network, `DIR/index.html`. */
export class HtmlReporter implements RunObserver {
  readonly #page: string;
  readonly #source: ReportSource;
  readonly #isForShow: boolean;
  #bytesLeft = screenshotBudget;

  /** @param isForShow false for a page that `report show` is not to open. */
  constructor(folder: string, source: ReportSource, isForShow = true) {
    this.#page = resolve(folder, 'index.html');
    this.#source = source;
    this.#isForShow = isForShow;
  }

  async runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    await writeReportFile(this.#page, this.#pieces(run, interrupted));
    if (this.#isForShow) writeFileSync(lastReportFile(), this.#page);
  }

  async *#pieces(run: RunInfo, interrupted: boolean): AsyncGenerator<string> {
    const { head, tail } = await selfContainedPage('report', 'wwebjs-canary report');
    yield head;
    const summaries: CellSummary[] = [];
    for await (const report of this.#source.cells(run)) {
      const summary = summarizeReport(report);
      yield embedScript(`cell-${summaries.length}`, this.#detail(run, report, summary));
      summaries.push(summary);
    }
    const sentence = await headlineOfRun(this.#source, run, summaries);
    const before = await this.#source.before(run);
    yield embedScript('overview', overview(run, { interrupted, sentence, summaries, before }));
    const history = await this.#source.history(run);
    if (history && hasTwoBuckets(history)) yield embedScript('history', history);
    yield tail;
  }

  #detail(run: RunInfo, { attempts }: CellReport, { cell, repeat }: CellSummary): HtmlCellDetail {
    const shown = attempts.map((attempt) => [attempt.id, this.#screenshot(run, attempt)] as const);
    return {
      attempts,
      screenshots: Object.fromEntries(shown.filter((entry): entry is [string, string] => entry[1] !== null)),
      repeat: repeat ?? { command: repeatCommand(cell, run.seed), needs: [] },
    };
  }

  #screenshot(run: RunInfo, attempt: Attempt): string | null {
    const file = this.#source.screenshot(run, attempt);
    if (!file) return null;
    const { size } = statSync(file);
    if (size > this.#bytesLeft) return file;
    this.#bytesLeft -= size;
    const type = extname(file).slice(1).replace('jpg', 'jpeg');
    return `data:image/${type};base64,${readFileSync(file, 'base64')}`;
  }
}

/** A plot of one bucket shows nothing that the grid does not. */
function hasTwoBuckets({ rates }: CanaryHistory): boolean {
  return rates.some(({ points }) => points.filter((point) => point !== null).length > 1);
}

interface Shown {
  interrupted: boolean;
  sentence: string;
  summaries: CellSummary[];
  before: SummarizedRun | null;
}

function overview(run: RunInfo, { interrupted, sentence, summaries, before }: Shown): HtmlOverview {
  const changed = before ? compareRuns(before, { run, cells: summaries }).changes : [];
  const changes = new Map(changed.map((cell) => [cellKey(cell), changeWords(cell)]));
  const places = new Map(summaries.map((summary, place) => [summary.cell, place]));
  const placeOf = (cell: CellSummary['cell']) => places.get(cell) ?? null;
  return {
    run,
    interrupted,
    sentence,
    before: before?.run ?? null,
    counts: countCells(summaries),
    cells: summaries.map((summary) => ({
      cell: summary.cell,
      outcome: summary.outcome,
      code: summary.code,
      surprise: summary.surprise,
      expectation: summary.expectation,
      words: cellWords(summary),
      change: changes.get(cellKey(summary.cell)) ?? null,
    })),
    grids: gridsOf(summaries).map((grid) => ({
      ...grid,
      rows: grid.rows.map(({ library, cells }) => ({
        library,
        cells: cells.map((summary) => (summary ? placeOf(summary.cell) : null)),
      })),
    })),
    causes: groupCauses(summaries).map(({ code, cause, cells }) => ({
      code,
      cause,
      cells: cells.map(placeOf).filter((place) => place !== null),
    })),
  };
}

/** The page of `report history`, in pieces. */
export async function* historyPage(history: CanaryHistory): AsyncGenerator<string> {
  const { head, tail } = await selfContainedPage('history', 'wwebjs-canary over time');
  yield head;
  yield embedScript('history', history);
  yield tail;
}
