import type { ReportedBuild } from '../../contracts/build-origin.ts';
import { type FlowVerdict, inRates, type Verdict } from '../../contracts/verdict.ts';
import { buildsTitle, reportedBuildLine } from '../../words/build-origin.ts';
import { placeName } from '../../words/cell-names.ts';
import { escapeMarkdown } from '../escape-markdown.ts';
import {
  cellRemark,
  cellsByLoss,
  cellsWithFailures,
  datesWords,
  failureWords,
  flowSymbol,
  flowWord,
  lossWords,
  narrowingWords,
  successes,
  verdictSymbols,
} from './verdict-words.ts';

/** A GitHub job summary holds 1 MiB; this many rows stay far below it. */
const cellsShown = 50;

/** The verdict as Markdown for a CI job summary or a pull request. */
export function verdictMarkdown(verdict: Verdict): string {
  const { baseline, candidate, because, hardFindings, flows, policy, notices, builds = [] } = verdict;
  const lines = [
    `## ${verdictSymbols[verdict.verdict]} ${verdict.verdict}: whatsapp-web.js ${escapeMarkdown(candidate)} against ${escapeMarkdown(baseline)}`,
    '',
    ...because.map(escapeMarkdown),
    '',
    ...(flows.length > 0 ? flowTable(flows) : []),
    ...hardFindings.map(
      ({ rule, attempts, place, code, baselineAttempts, effect }) =>
        `- hard rule **${escapeMarkdown(rule)}**: ${attempts} × ${escapeMarkdown(code ?? 'failed')} on ${escapeMarkdown(placeName(place))}, baseline ${baselineAttempts} × (${effect})`,
    ),
    ...(notices.length > 0 ? ['', '**Not to be overlooked**', ''] : []),
    ...notices.map(({ isWarning, sentence }) => `- ${isWarning ? '⚠ ' : ''}${escapeMarkdown(sentence)}`),
    '',
    ...flows.flatMap(cellTable),
    ...flows.flatMap(failureList),
    ...(builds.length > 0 ? [`**${buildsTitle}**`, '', ...builds.map(buildItem), ''] : []),
    escapeMarkdown(datesWords(verdict)),
    `Policy \`${escapeMarkdown(policy.name)}\` \`${policy.sha256.slice(0, 12)}\`, as of ${verdict.asOf}${escapeMarkdown(narrowingWords(verdict))}. Loss: how many points less often the candidate succeeds, with the range it surely lies in.`,
  ];
  return `${lines.join('\n')}\n`;
}

function buildItem(build: ReportedBuild): string {
  return `- ${escapeMarkdown(reportedBuildLine(build))}`;
}

function flowTable(flows: readonly FlowVerdict[]): string[] {
  return [
    '| flow | verdict | rule | baseline | candidate | loss in points |',
    '|---|---|---|---|---|---|',
    ...flows.map(
      (flow) =>
        `| ${escapeMarkdown(flow.flow)} | ${flowSymbol(flow)} ${flowWord(flow)} | ${flow.rule} | ${successes(inRates(flow).baseline)} | ${successes(inRates(flow).candidate)} | ${lossWords(flow)} |`,
    ),
    '',
  ];
}

function cellTable({ flow, cells }: FlowVerdict): string[] {
  if (cells.length < 2) return [];
  return [
    `<details><summary>${cells.length} cells of ${escapeMarkdown(flow)}</summary>`,
    '',
    '| cell | baseline | candidate | loss in points | |',
    '|---|---|---|---|---|',
    ...cellsByLoss(cells)
      .slice(0, cellsShown)
      .map(
        (cell) =>
          `| ${escapeMarkdown(placeName(cell.place))} | ${successes(cell.baseline)} | ${successes(cell.candidate)} | ${lossWords(cell)} | ${cellRemark(cell)} |`,
      ),
    '',
    '</details>',
    '',
  ];
}

function failureList(flow: FlowVerdict): string[] {
  const cells = cellsWithFailures(flow);
  if (cells.length === 0) return [];
  return [
    `<details><summary>What failed in ${escapeMarkdown(flow.flow)}</summary>`,
    '',
    ...cells.slice(0, cellsShown).flatMap(({ place, failures }) => [
      `- ${escapeMarkdown(placeName(place))}`,
      ...failures.map((failure) => {
        const text = escapeMarkdown(failureWords(failure));
        return `  - ${failure.link === undefined ? text : `[${text}](${failure.link})`}`;
      }),
    ]),
    '',
    '</details>',
    '',
  ];
}
