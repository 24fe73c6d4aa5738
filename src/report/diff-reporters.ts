import type { CellChangeKind, ChangedCell, RunDiff } from '../contracts/run-diff.ts';
import { cellName } from '../words/cell-names.ts';
import { formatMs, symbols } from '../words/text.ts';
import { fewestTimes, isWorse } from './compare-runs.ts';
import { escapeMarkdown } from './escape-markdown.ts';
import { columnLines } from './fit-text.ts';
import type { ResultReporter } from './report-result.ts';
import type { Terminal } from './terminal.ts';

/** Every way to show the difference of two runs, by the name that `report diff --reporter` takes. */
export const diffReporters: Readonly<Record<string, ResultReporter<RunDiff>>> = {
  list: { takes: null, render: renderDiff },
  json: { takes: 'FILE', render: (diff) => `${JSON.stringify(diff, null, 2)}\n` },
  markdown: { takes: 'FILE', render: markdownDiff },
};

const kindWords: Record<CellChangeKind, string> = {
  broke: 'passed before, fails now',
  slower: 'slower beyond noise',
  code: 'fails with another code',
  cause: 'fails for another reason',
  outcome: 'another outcome',
  mended: 'failed before, passes now',
  faster: 'faster beyond noise',
  new: 'only in the second run',
  gone: 'only in the first run',
};

function renderDiff(diff: RunDiff, { colors, width }: Terminal): string {
  const parts = byKind(diff).map(([kind, cells]) => {
    const title = `${kindWords[kind]} (${cells.length})`;
    const rows = cells.map((cell) => [`  ${cellName(cell)}`, foundWords(cell.before), '->', foundWords(cell.after)]);
    return [cells.some(isWorse) ? colors.red(title) : colors.bold(title), ...columnLines(rows, width)].join('\n');
  });
  return `${[headLine(diff), ...parts, colors.bold(closingLine(diff))].join('\n\n')}\n`;
}

function markdownDiff(diff: RunDiff): string {
  const rows = byKind(diff).flatMap(([kind, cells]) =>
    cells.map(
      (cell) =>
        `| ${escapeMarkdown(cellName(cell))} | ${kindWords[kind]} | ${escapeMarkdown(foundWords(cell.before))} | ${escapeMarkdown(foundWords(cell.after))} |`,
    ),
  );
  const table =
    rows.length === 0 ? [] : ['| cell | change | first run | second run |', '|---|---|---|---|', ...rows, ''];
  return ['## Difference of two runs', '', `**${closingLine(diff)}** ${headLine(diff)}.`, '', ...table].join('\n');
}

/** What became different in a cell since another run: `failed before, passes now: ✗ no-ready`. */
export function changeWords({ change, before }: ChangedCell): string {
  return before ? `${kindWords[change]}: it was ${foundWords(before)}` : 'not in the run before';
}

function byKind({ changes }: RunDiff): [CellChangeKind, ChangedCell[]][] {
  return [...Map.groupBy(changes, ({ change }) => change)];
}

function headLine({ before, after }: RunDiff): string {
  return `run ${before.id} (${before.startedAt}) against run ${after.id} (${after.startedAt})`;
}

function closingLine({ changes, compared, timed }: RunDiff): string {
  const worse = changes.filter(isWorse).length;
  const differ = changes.filter(({ before, after }) => before && after).length;
  const times =
    timed === 0 ? `no times: a cell needs ${fewestTimes} attempts that pass in each run` : `times in ${timed} of them`;
  return `${compared} cells compared, ${times}; ${differ === 0 ? 'none differs' : `${differ} differ`}${worse > 0 ? `, ${worse} for the worse` : ''}.`;
}

/** `✓ 5/5 1.3 s`, `✗ no-ready`; `-` where the run did not attempt the cell. */
function foundWords(found: ChangedCell['after']): string {
  if (!found) return '-';
  const { outcome, code, cause, passed, attempts, readyMs } = found;
  const share = attempts > 1 ? ` ${passed}/${attempts}` : '';
  const time = outcome === 'passed' && readyMs !== null ? ` ${formatMs(readyMs)}` : '';
  const why = cause === null ? '' : `: ${cause.split('\n')[0]}`;
  return `${symbols[outcome]}${code === null ? '' : ` ${code}`}${share}${time}${why}`;
}
