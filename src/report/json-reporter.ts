import type { RunInfo, RunObserver } from '../contracts/run.ts';
import { type CellSummary, comparedReport, countCells, summarizeReport } from '../words/cell-summary.ts';
import type { ReportSource } from './report-source.ts';
import { reportedBuilds } from './reported-builds.ts';
import { writeReportFile } from './write-report-file.ts';

/** `json=FILE`: everything, in the shape of `reportSchema`, one line per cell. */
export class JsonReporter implements RunObserver {
  readonly #file: string;
  readonly #source: ReportSource;

  constructor(file: string, source: ReportSource) {
    this.#file = file;
    this.#source = source;
  }

  async runEnded(run: RunInfo): Promise<void> {
    await writeReportFile(this.#file, jsonPieces(run, this.#source));
  }
}

async function* jsonPieces(run: RunInfo, source: ReportSource): AsyncGenerator<string> {
  yield `{"schemaVersion":1,\n"run":${JSON.stringify(run)},\n"cells":[`;
  const summaries: CellSummary[] = [];
  for await (const report of source.cells(run)) {
    yield `${summaries.length === 0 ? '' : ','}\n${JSON.stringify(comparedReport(report))}`;
    summaries.push(summarizeReport(report));
  }
  const builds = await reportedBuilds(source, run, summaries);
  yield `\n],\n"builds":${JSON.stringify(builds)},\n"summary":${JSON.stringify(countCells(summaries))}}\n`;
}
