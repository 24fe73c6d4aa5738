import type { Attempt } from '../contracts/attempt.ts';
import type { ReportedBuild } from '../contracts/build-origin.ts';
import type { PlannedCell, RunInfo, RunObserver } from '../contracts/run.ts';
import type { LiveBuild } from '../store/live-builds.ts';
import { buildSentence } from '../words/build-finding.ts';
import { buildsTitle, reportedBuildLine } from '../words/build-origin.ts';
import { causePlace, cellName } from '../words/cell-names.ts';
import { type CellSummary, cellWords } from '../words/cell-summary.ts';
import { causeConfidence } from '../words/prediction.ts';
import { formatMs } from '../words/text.ts';
import { cellsWords, groupCauses } from './causes.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { countsLine, predictionSections } from './render-result.ts';
import type { ReportSource } from './report-source.ts';
import { reportedBuilds } from './reported-builds.ts';
import { RunTally } from './run-tally.ts';
import { headlineOfRun } from './summary-sentence.ts';
import { columnTitles, gridsOf } from './table.ts';
import { writeReportFile } from './write-report-file.ts';

/** GitHub accepts at most 1 MiB per job summary and drops a longer one completely. */
const maxBytes = 1024 * 1024;

/** So many builds of the live site have a line: the HTML report and `report builds` have more. */
const findingsShown = 5;

/** `markdown=FILE`: the sentence, the grid, the surprises and the causes; fits a CI job summary. */
export class MarkdownReporter implements RunObserver {
  readonly #file: string;
  readonly #source: ReportSource;
  readonly #tally = new RunTally();

  constructor(file: string, source: ReportSource) {
    this.#file = file;
    this.#source = source;
  }

  runStarted(run: RunInfo, plan: readonly PlannedCell[]): void {
    this.#tally.runStarted(run, plan);
  }

  attemptEnded(planned: PlannedCell, attempt: Attempt): void {
    this.#tally.attemptEnded(planned, attempt);
  }

  async runEnded(run: RunInfo, interrupted: boolean): Promise<void> {
    const { cells } = this.#tally;
    const sentence = await headlineOfRun(this.#source, run, cells);
    const builds = await reportedBuilds(this.#source, run, cells);
    const findings = await this.#source.findings();
    await writeReportFile(this.#file, [renderMarkdown({ cells, run, sentence, builds, findings, interrupted })]);
  }
}

interface ShownRun {
  cells: readonly CellSummary[];
  run: RunInfo;
  sentence: string;
  builds: readonly ReportedBuild[];
  /** The newest first. */
  findings: readonly LiveBuild[];
  interrupted: boolean;
}

/** At most `maxBytes` long: rows that do not fit are cut from the end, with a note. */
function renderMarkdown({ cells, run, sentence, builds, findings, interrupted }: ShownRun): string {
  const lines = [
    '## whatsapp-web.js on WhatsApp Web',
    '',
    `**${sentence}**`,
    '',
    `${countsLine(cells)}${interrupted ? '; **interrupted, the rest was not run**' : ''}. ${runLine(run)}`,
    ...(run.missing ?? []).flatMap((what) => ['', `**Incomplete: ${escapeMarkdown(what)}.**`]),
    ...surpriseLines(cells),
    ...gridLines(cells),
    ...section(buildsTitle, builds.map(reportedBuildLine)),
    ...causeLines(cells),
    ...predictionSections(cells).flatMap(({ title, lines: its }) => section(title, its)),
    ...section('New builds of the live site', findings.slice(0, findingsShown).map(findingLine)),
  ];
  const cut = '\n\n_The rest does not fit here; the JSON and HTML reports have it._\n';
  let bytes = Buffer.byteLength(cut);
  const kept: string[] = [];
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxBytes) return `${kept.join('\n')}${cut}`;
    kept.push(line);
  }
  return `${kept.join('\n')}\n`;
}

/** A list of plain texts below its title; nothing where it is empty. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines.map((line) => `- ${escapeMarkdown(line)}`)];
}

function findingLine({ step, finding }: LiveBuild): string {
  return `${buildSentence(finding)}${step === 'found' ? '' : ' (not complete: the next look goes on with it)'}`;
}

function runLine({ id, startedAt, finishedAt, seed, machine }: RunInfo): string {
  const took = finishedAt === null ? '' : ` in ${formatMs(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  return `Run \`${id}\`${took}, seed ${seed}, ${machine.cpus} CPUs, Node ${machine.node}.`;
}

function surpriseLines(cells: readonly CellSummary[]): string[] {
  const surprises = cells.filter((cell) => cell.surprise);
  if (surprises.length === 0) return [];
  const items = surprises.map((summary) => {
    const expected = summary.expectation?.outcome ?? 'passed';
    const link = summary.expectation?.link ? ` ([why](${summary.expectation.link}))` : '';
    const needed = summary.repeat?.needs.join('; ') ?? '';
    const needs = needed === '' ? '' : `  \n  On another machine it needs ${escapeMarkdown(needed)}.`;
    return `- ${cellName(summary.cell)}: expected ${expected}${link}, seen ${escapeMarkdown(cellWords(summary))}  \n  \`${summary.repeat?.command}\`${needs}`;
  });
  return ['', '### Not as expected', '', ...items];
}

function gridLines(cells: readonly CellSummary[]): string[] {
  return gridsOf(cells).flatMap(({ rows, ...grid }) => [
    '',
    `### ${grid.title}`,
    '',
    `| library | ${columnTitles({ ...grid, rows }).join(' | ')} |`,
    `|---|${grid.builds.map(() => '---|').join('')}`,
    ...rows.map(({ library, cells: row }) => {
      const texts = row.map((summary) => (summary ? escapeMarkdown(cellWords(summary)) : ''));
      return `| **${escapeMarkdown(library)}** | ${texts.join(' | ')} |`;
    }),
  ]);
}

function causeLines(cells: readonly CellSummary[]): string[] {
  const groups = groupCauses(cells);
  if (groups.length === 0) return [];
  const rows = groups.map(({ code, cause, confidence, cells: affected }) => {
    const { missing, libraryLine } = cause ? causePlace(cause) : { missing: '', libraryLine: '' };
    return `| ${code} | ${escapeMarkdown(missing)} | ${escapeMarkdown(libraryLine)} | ${escapeMarkdown(cause?.message ?? 'no cause was found')} | ${causeConfidence(confidence)} | ${escapeMarkdown(cellsWords(affected))} |`;
  });
  return [
    '',
    '### Causes',
    '',
    '| code | missing | library | message | known | cells |',
    '|---|---|---|---|---|---|',
    ...rows,
  ];
}
