import type { Cell } from '../contracts/attempt.ts';
import type { ReportedBuild } from '../contracts/build-origin.ts';
import { doubtOf } from '../contracts/doubt-of.ts';
import type { RunInfo } from '../contracts/run.ts';
import { buildsTitle, reportedBuildLine } from '../words/build-origin.ts';
import { cellName } from '../words/cell-names.ts';
import { type CellSummary, countCells, isOpen } from '../words/cell-summary.ts';
import { openWords, predictionWords } from '../words/prediction.ts';
import { switchSentence } from '../words/switch-words.ts';
import { plural } from '../words/text.ts';
import { causeLine, cellsWords, groupCauses } from './causes.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** More of them would scroll the sentence away; the report files have all. */
const mostSurprises = 10;

/**
 * The end of a run as text: the table, the causes, the surprises with the command that repeats them, the counts, the headline.
 */
export function renderResult(
  cells: readonly CellSummary[],
  { sentence, builds, run: { missing = [] } }: { sentence: string; builds: readonly ReportedBuild[]; run: RunInfo },
  { width, colors }: Pick<Terminal, 'width' | 'colors'>,
): string {
  const paint = (text: string, { outcome }: CellSummary) => {
    if (outcome === 'passed') return colors.green(text);
    if (outcome === 'failed') return colors.red(text);
    return outcome === 'infra' ? colors.yellow(text) : colors.dim(text);
  };
  const causes = groupCauses(cells).map((group) => `  ${causeLine(group)}`);
  const surprising = cells.filter((cell) => cell.surprise);
  const surprises = surprising.slice(0, mostSurprises).map(surpriseLines);
  const hidden = surprising.length - surprises.length;
  if (hidden > 0) surprises.push(`  and ${hidden} more: the json, junit, html and markdown reports name them all`);
  return [
    renderTable(cells, width, paint),
    ...(causes.length > 0 ? [`${colors.bold('Causes')}\n${causes.join('\n')}`] : []),
    ...predictionSections(cells).map(
      ({ title, lines }) => `${colors.bold(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`,
    ),
    ...(builds.length > 0
      ? [
          `${colors.bold(buildsTitle)}\n${fewOf(builds.map(reportedBuildLine))
            .map((line) => `  ${line}`)
            .join('\n')}`,
        ]
      : []),
    ...(surprises.length > 0 ? [`${colors.bold('Not as expected')}\n${surprises.join('\n')}`] : []),
    [countsLine(cells), ...missing.map((what) => colors.yellow(`incomplete: ${what}`)), colors.bold(sentence)].join(
      '\n',
    ),
  ].join('\n\n');
}

/** Cells that the source predicts otherwise, that rest on what is not known, and that other values of switches break; no section where there are none. */
export function predictionSections(cells: readonly CellSummary[]): { title: string; lines: string[] }[] {
  const differing = cells.filter(({ agreement }) => agreement === 'differs');
  const open = cells.filter(isOpen);
  const sections = [
    { title: 'Predicted otherwise by the source', lines: differing.map(predictedLine) },
    { title: 'Not known for sure', lines: openLines(open) },
    { title: 'Behind switches', lines: switchLines(cells) },
  ];
  return sections.filter(({ lines }) => lines.length > 0).map(({ title, lines }) => ({ title, lines: fewOf(lines) }));
}

function predictedLine({ cell, outcome, phase, prediction }: CellSummary): string {
  const seen = outcome === 'passed' ? 'passed' : `${outcome} in ${phase}`;
  return `${cellName(cell)}: predicted ${prediction && predictionWords(prediction)}, seen ${seen}`;
}

/** Cells that rest on the same name are one line. */
function openLines(cells: readonly CellSummary[]): string[] {
  const named = cells.flatMap(({ cell, prediction }) =>
    prediction ? doubtOf(prediction).open.map((open) => ({ cell, words: openWords(open) })) : [],
  );
  return [...Map.groupBy(named, ({ words }) => words)].map(
    ([words, its]) => `${cellsWords(its.map(({ cell }) => cell))} rests on ${words}`,
  );
}

/** Cells that the same value breaks in the same way are one line. */
function switchLines(cells: readonly CellSummary[]): string[] {
  const named = cells.flatMap(({ cell, prediction }) =>
    (prediction?.switches ?? []).map((broken) => ({ cell, words: switchSentence(broken) })),
  );
  return [...Map.groupBy(named, ({ words }) => words)].map(
    ([words, its]) => `${pagesWords(its.map(({ cell }) => cell))}: ${words}`,
  );
}

/** `1.34.2 on A, B; 1.34.7 on A`: a prediction is one of the source on a page, whatever the flow. */
function pagesWords(cells: readonly Cell[]): string {
  return [...Map.groupBy(cells, ({ library }) => library)]
    .map(([library, its]) => `${library} on ${[...new Set(its.map(({ build }) => build))].join(', ')}`)
    .join('; ');
}

function fewOf(lines: readonly string[]): string[] {
  const more = lines.length - mostSurprises;
  return more > 0 ? [...lines.slice(0, mostSurprises), `and ${more} more`] : [...lines];
}

/** `35 cells: 14 passed, 21 failed, 2 not as expected`. */
export function countsLine(cells: readonly CellSummary[]): string {
  const counts = countCells(cells);
  const notRun = counts.cells - counts.passed - counts.failed - counts.infra;
  const parts = [`${counts.passed} passed`, `${counts.failed} failed`];
  if (counts.infra > 0) parts.push(`${counts.infra} spoiled by the harness or the machine`);
  if (notRun > 0) parts.push(`${notRun} not run`);
  parts.push(counts.surprises === 0 ? 'all as expected' : `${counts.surprises} not as expected`);
  const compared = cells.filter(({ agreement }) => agreement !== null);
  const agreeing = compared.filter(({ agreement }) => agreement === 'agrees').length;
  if (compared.length > 0) parts.push(`${agreeing} of ${compared.length} as the source predicts`);
  return `${plural(counts.cells, 'cell')}: ${parts.join(', ')}`;
}

function surpriseLines({ cell, expectation, outcome, phase, code, repeat }: CellSummary): string {
  const { outcome: wanted, phase: wantedPhase, code: wantedCode } = expectation ?? { outcome: 'passed' };
  const expected = [wanted, wantedPhase, wantedCode].filter((word) => word !== undefined).join(' ');
  const needs = repeat && repeat.needs.length > 0 ? `\n    on another machine it needs ${repeat.needs.join('; ')}` : '';
  const seen = [outcome, phase, code].filter((word) => word !== null).join(' ');
  return `  ${cellName(cell)}: expected ${expected}, seen ${seen}\n    ${repeat?.command}${needs}`;
}
