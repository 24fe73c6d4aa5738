import type { IncidentStudy, ScenarioResult } from '../../contracts/incident-study.ts';
import { escapeMarkdown } from '../escape-markdown.ts';
import { columnLines } from '../fit-text.ts';
import type { ResultReporter } from '../report-result.ts';
import type { Terminal } from '../terminal.ts';

/** Every way to show a study, by the name that `study incident --reporter` takes. */
export const studyReporters: Readonly<Record<string, ResultReporter<IncidentStudy>>> = {
  list: { takes: null, render: asText },
  json: { takes: 'FILE', render: (study) => `${JSON.stringify(study, null, 2)}\n` },
  markdown: { takes: 'FILE', render: asMarkdown },
};

function asText(study: IncidentStudy, { colors, width }: Terminal): string {
  return studyTables(study)
    .map(({ title, rows }) => `${[colors.bold(title), ...columnLines(rows, width)].join('\n')}\n`)
    .join('\n');
}

function asMarkdown(study: IncidentStudy): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return studyTables(study)
    .map(({ title, rows: [head = [], ...rows] }) => {
      const rule = `|${'---|'.repeat(head.length)}`;
      return `${[`**${escapeMarkdown(title)}**`, '', line(head), rule, ...rows.map(line)].join('\n')}\n`;
    })
    .join('\n');
}

interface Table {
  title: string;
  /** The first one is the head. */
  rows: string[][];
}

type Stage = IncidentStudy['stages'][number];

/** The tables of a study, the same for every way to show it. */
function studyTables(study: IncidentStudy): Table[] {
  const { intents, days, build, seed, engine } = study;
  return [
    {
      title: `Links that succeeded: ${intents} intents in ${days} days, build ${build}, seed ${seed}, ${engine}`,
      rows: stageRows(study),
    },
    { title: 'Why requests failed', rows: failureRows(study) },
    { title: 'The same replays, counted in other ways', rows: otherRows(study) },
    { title: 'Every combination: links that succeeded', rows: gridRows(study, ({ success }) => success.rate) },
    { title: 'Every combination: what the old query says', rows: gridRows(study, ({ oldQueryRate }) => oldQueryRate) },
    { title: 'What the replays drew from: attempts on the replica that became ready', rows: recordedRows(study) },
  ];
}

function stageRows({ stages, targetPercent: { from, to } }: IncidentStudy): string[][] {
  return [
    ['stage', 'schema', 'account ids', 'library', 'measured (95 %)', 'projected', 'difference'],
    ...stages.map(({ name, projectedPercent, result }) => [
      name,
      result.schema,
      withIds(result),
      result.library,
      `${percent(result.success.rate)} (${number(result.success.lower)} to ${number(result.success.upper)})`,
      `${projectedPercent} %`,
      points(100 * result.success.rate - projectedPercent),
    ]),
    ['target', '', '', '', '', `${from} to ${to} %`, ''],
  ];
}

function failureRows({ stages }: IncidentStudy): string[][] {
  return [
    ['stage', 'requests', 'failed', 'duplicate', 'not scanned', 'library', 'restart'],
    ...stages.map(({ name, result: { requests } }) => {
      const { refused, unscanned, library, restart } = requests.failed;
      const failed = requests.ended - requests.succeeded;
      const shares = [refused, unscanned, library, restart].map((part) => of(part, failed));
      return [name, String(requests.ended), String(failed), ...shares];
    }),
  ];
}

function otherRows({ stages }: IncidentStudy): string[][] {
  return [
    ['stage', 'old query says', 'people linked', 'restored', 'numbers up at the end'],
    ...stages.map(({ name, result }: Stage) => {
      const { oldQueryRate, intents, restorations, numbers } = result;
      return [
        name,
        percent(oldQueryRate),
        of(intents.linked, intents.total),
        of(restorations.restored, restorations.due),
        of(numbers.up, numbers.total),
      ];
    }),
  ];
}

function gridRows({ scenarios }: IncidentStudy, rate: (result: ScenarioResult) => number): string[][] {
  const libraries = [...new Set(scenarios.map(({ library }) => library))];
  const lines = Map.groupBy(scenarios, (each) => `${each.schema} ${each.accountIds}`);
  return [
    ['schema', 'account ids', ...libraries],
    ...[...lines.values()].map((its) => {
      const [first] = its as [ScenarioResult];
      return [first.schema, withIds(first), ...its.map((result) => percent(rate(result)))];
    }),
  ];
}

function recordedRows({ recorded }: IncidentStudy): string[][] {
  return [
    ['library', 'link', 'restore'],
    ...recorded.map(({ library, link, restore }) => [
      library,
      `${link.ready} of ${link.attempts}`,
      `${restore.ready} of ${restore.attempts}`,
    ]),
  ];
}

function withIds({ accountIds }: ScenarioResult): string {
  return accountIds ? 'with' : 'without';
}

function of(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${percent(part / whole)} (${part} of ${whole})`;
}

function percent(share: number): string {
  return `${number(share)} %`;
}

function number(share: number): string {
  return (100 * share).toFixed(1);
}

function points(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(1)} points`;
}
