import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ReportedBuild } from '../contracts/build-origin.ts';
import type { CanaryHistory } from '../contracts/canary-history.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { home } from '../contracts/home.ts';
import type { HtmlCellDetail, HtmlFinding, HtmlOverview } from '../contracts/html-report.ts';
import type { CellReport, RunInfo, RunObserver } from '../contracts/run.ts';
import type { LiveBuild } from '../store/live-builds.ts';
import { embedScript, selfContainedPage } from '../web/self-contained-page.ts';
import { buildSentence, findingMark, touchedVersions } from '../words/build-finding.ts';
import { type CellSummary, cellWords, countCells, summarizeReport } from '../words/cell-summary.ts';
import { causeConfidence } from '../words/prediction.ts';
import { repeatCommand } from '../words/repeat.ts';
import { groupCauses } from './causes.ts';
import { compareRuns } from './compare-runs.ts';
import { changeWords } from './diff-reporters.ts';
import { findScreenshot } from './find-screenshot.ts';
import { PageFiles } from './page-files.ts';
import type { ReportSource, SummarizedRun } from './report-source.ts';
import { reportedBuilds } from './reported-builds.ts';
import { headlineOfRun } from './summary-sentence.ts';
import { gridsOf } from './table.ts';
import { writeReportFile } from './write-report-file.ts';

/** The file with the path of the last HTML report, for `report show`. */
export const lastReportFile = () => home('last-report');

/** `html=DIR`: one page that opens from disk without a network, `DIR/index.html`. */
export class HtmlReporter implements RunObserver {
  readonly #page: string;
  readonly #source: ReportSource;
  readonly #isForShow: boolean;
  readonly #files: PageFiles;

  /** @param isForShow false for a page that `report show` is not to open. */
  constructor(folder: string, source: ReportSource, isForShow = true) {
    this.#page = resolve(folder, 'index.html');
    this.#files = new PageFiles(resolve(folder));
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
      yield* this.#traces(run, report);
    }
    const sentence = await headlineOfRun(this.#source, run, summaries);
    const before = await this.#source.before(run);
    const builds = await reportedBuilds(this.#source, run, summaries);
    const findings = (await this.#source.findings()).map(htmlFinding);
    yield embedScript('overview', overview(run, { interrupted, sentence, summaries, before, builds, findings }));
    const history = await this.#source.history(run);
    if (history && hasTwoBuckets(history)) yield embedScript('history', history);
    yield tail;
  }

  #detail(run: RunInfo, { attempts }: CellReport, { cell, repeat }: CellSummary): HtmlCellDetail {
    const shown = attempts.flatMap((attempt) => {
      const file = findScreenshot(this.#source.artifacts(run, attempt));
      const picture = file && this.#files.picture(file);
      return picture ? [[attempt.id, picture] as const] : [];
    });
    return {
      attempts,
      screenshots: Object.fromEntries(shown),
      repeat: repeat ?? { command: repeatCommand(cell, run.seed), needs: [] },
    };
  }

  *#traces(run: RunInfo, { attempts }: CellReport): Generator<string> {
    for (const attempt of attempts) {
      const folder = this.#source.artifacts(run, attempt);
      const trace = folder && this.#files.trace(folder);
      if (trace) yield embedScript(`trace-${attempt.id}`, trace);
    }
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
  builds: ReportedBuild[];
  findings: HtmlFinding[];
}

function htmlFinding({ build, seenAt, step, finding }: LiveBuild): HtmlFinding {
  // The path of the capture and why a version could not be read are matters of the machine that looked.
  const { file: _, ...capture } = finding.capture;
  const unread = finding.unread.map(({ library }) => library);
  const isComplete = step === 'found';
  return {
    build,
    seenAt: new Date(seenAt).toISOString(),
    isComplete,
    sentence: buildSentence(finding),
    mark: findingMark(finding, isComplete),
    finding: { ...finding, capture, unread, versions: touchedVersions(finding) },
  };
}

function overview(run: RunInfo, { summaries, before, ...shown }: Shown): HtmlOverview {
  const changed = before ? compareRuns(before, { run, cells: summaries }).changes : [];
  const changes = new Map(changed.map((cell) => [cellKey(cell), changeWords(cell)]));
  const places = new Map(summaries.map((summary, place) => [summary.cell, place]));
  const placeOf = (cell: CellSummary['cell']) => places.get(cell) ?? null;
  return {
    run,
    ...shown,
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
    causes: groupCauses(summaries).map(({ code, cause, confidence, cells }) => ({
      code,
      cause,
      known: causeConfidence(confidence),
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
