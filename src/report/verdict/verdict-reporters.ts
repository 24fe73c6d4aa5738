import { inRates, isSetAside, type Verdict, type VerdictWord } from '../../contracts/verdict.ts';
import { buildsTitle, reportedBuildLine } from '../../words/build-origin.ts';
import { placeName } from '../../words/cell-names.ts';
import { columnLines } from '../fit-text.ts';
import type { ResultReporter } from '../report-result.ts';
import type { Colors, Terminal } from '../terminal.ts';
import { verdictGithub } from './verdict-github.ts';
import { verdictPage } from './verdict-html.ts';
import { verdictJunit } from './verdict-junit.ts';
import { verdictMarkdown } from './verdict-markdown.ts';
import {
  cellRemark,
  cellsByLoss,
  cellsWithFailures,
  datesWords,
  exitWords,
  failureWords,
  flowSymbol,
  flowWord,
  gravity,
  lossWords,
  narrowingWords,
  successes,
  verdictSymbols,
} from './verdict-words.ts';

/** Every way to show a verdict, by the name that `gate --reporter` takes. */
export const verdictReporters: Readonly<Record<string, ResultReporter<Verdict>>> = {
  list: { takes: null, render: renderVerdict },
  json: { takes: 'FILE', render: (verdict) => `${JSON.stringify(verdict, null, 2)}\n` },
  junit: { takes: 'FILE', render: verdictJunit },
  markdown: { takes: 'FILE', render: verdictMarkdown },
  html: { takes: 'DIR', render: verdictPage },
  github: { takes: null, besideProgress: true, render: verdictGithub },
};

/** Cells shown per flow; the JSON verdict has all. */
const cellsShown = 10;

/** The verdict for a terminal: the word, the two sentences, and a table of flows and cells. */
function renderVerdict(verdict: Verdict, { colors, width }: Terminal): string {
  const { baseline, candidate, because, policy, flows } = verdict;
  const rows = flows.flatMap(({ cells, ...flow }) => [
    [
      `${flowSymbol(flow)} ${flow.flow}`,
      successes(inRates({ ...flow, cells }).baseline),
      successes(inRates({ ...flow, cells }).candidate),
      lossWords(flow),
      isSetAside(flow) ? flowWord(flow) : '',
    ],
    ...(cells.length < 2 ? [] : cellsByLoss(cells).slice(0, cellsShown)).map((cell) => [
      `  ${[' ', verdictSymbols.inconclusive, verdictSymbols.block][gravity(cell)]} ${placeName(cell.place)}`,
      successes(cell.baseline),
      successes(cell.candidate),
      lossWords(cell),
      cellRemark(cell),
    ]),
    ...(cells.length > cellsShown ? [[`    and ${cells.length - cellsShown} more cells`, '', '', '', '']] : []),
  ]);
  const head = ['flow', `baseline ${baseline}`, `candidate ${candidate}`, 'loss in points', ''];
  const lines = [
    colors.bold(
      paint(
        verdict.verdict,
        colors,
      )(`${verdictSymbols[verdict.verdict]} ${verdict.verdict}: ${candidate} against ${baseline}`),
    ),
    ...because,
    ...(rows.length > 0 ? ['', ...columnLines([head, ...rows], width)] : []),
    ...failureLines(flows),
    '',
    ...buildLines(verdict),
    colors.dim(datesWords(verdict)),
    colors.dim(`policy ${policy.name} ${policy.sha256.slice(0, 12)}, as of ${verdict.asOf}${narrowingWords(verdict)}`),
    ...noticeLines(verdict, colors),
    exitWords(verdict),
  ];
  return `${lines.join('\n')}\n`;
}

function buildLines({ builds = [] }: Verdict): string[] {
  if (builds.length === 0) return [];
  const more = builds.length > cellsShown ? [`  and ${builds.length - cellsShown} older ones`] : [];
  const shown = builds.slice(-cellsShown).map((build) => `  ${reportedBuildLine(build)}`);
  return [`${buildsTitle}:`, ...shown, ...more, ''];
}

function failureLines(flows: Verdict['flows']): string[] {
  const lines = flows.flatMap((flow) =>
    cellsWithFailures(flow).map(({ place, failures }) => [placeName(place), ...failures.map(failureWords)]),
  );
  if (lines.length === 0) return [];
  const more = lines.length > cellsShown ? [`  and in ${lines.length - cellsShown} more cells`] : [];
  const shown = lines.slice(0, cellsShown).flatMap(([place, ...failures]) => {
    return [`  ${place}`, ...failures.map((failure) => `    ${failure}`)];
  });
  return ['', 'What failed:', ...shown, ...more];
}

function noticeLines({ notices }: Verdict, colors: Colors): string[] {
  if (notices.length === 0) return [];
  const lines = notices.map(({ isWarning, sentence }) =>
    isWarning ? colors.yellow(`  ! ${sentence}`) : `  - ${sentence}`,
  );
  return ['', 'Not to be overlooked:', ...lines, ''];
}

function paint(verdict: VerdictWord, colors: Colors): (text: string) => string {
  return { promote: colors.green, block: colors.red, inconclusive: colors.yellow }[verdict];
}
