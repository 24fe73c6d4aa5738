import type { Attempt, Cell, EventResultWord } from '../../contracts/attempt.ts';
import { cellKey } from '../../contracts/cell-key.ts';
import type { EventCell, MethodCell, MethodTable } from '../../contracts/method-table.ts';

export interface TriedCell {
  cell: Cell;
  attempt: Attempt;
}

/** The attempts of one version on one build: of its methods, of its events, or of both. */
interface Column {
  cell: Cell;
  attempts: Attempt[];
}

/** A column for each version and build, in their sequence; a row for each method and event that any of them tried. */
export function methodTable(tried: readonly TriedCell[]): MethodTable {
  const groups = Map.groupBy(tried, ({ cell }) => cellKey({ ...cell, flow: '' }));
  const columns = [...groups.values()].flatMap((group): Column[] =>
    group[0] ? [{ cell: group[0].cell, attempts: group.map(({ attempt }) => attempt) }] : [],
  );
  const methods = columns.flatMap(({ attempts }) => attempts.flatMap((attempt) => attempt.methods));
  const events = columns.flatMap(({ attempts }) => attempts.flatMap(({ eventTrials }) => eventTrials));
  return {
    schemaVersion: 1,
    columns: columns.map(columnOf),
    methods: namesOf(methods.filter(({ result }) => result)).map((name) => ({
      name,
      cells: columns.map((column) => methodCell(column, name)),
    })),
    events: namesOf(events).map((name) => ({ name, cells: columns.map((column) => eventCell(column, name)) })),
  };
}

const namesOf = (named: readonly { name: string }[]) => [...new Set(named.map(({ name }) => name))].sort();

/** Fails as the first of its attempts that does. */
function columnOf({ cell: { library, build, switches }, attempts }: Column): MethodTable['columns'][number] {
  const failed = attempts.find(({ outcome }) => outcome !== 'passed');
  const why = failed?.cause?.message ?? failed?.code;
  return { library, build, switches, outcome: failed?.outcome ?? 'passed', ...(why && { why }) };
}

function methodCell({ attempts }: Column, name: string): MethodCell {
  const tried = attempts.flatMap((attempt) => {
    const method = attempt.methods.find((each) => each.name === name && each.result);
    return method ? [{ ...method, predicted: attempt.prediction?.methods.find((each) => each.name === name) }] : [];
  });
  const { result = null, why, predicted } = tried[0] ?? {};
  return {
    result,
    ...(why && { why }),
    ...(predicted && { predicted: predicted.status }),
    ...(predicted?.why && { predictedWhy: predicted.why }),
  };
}

function eventCell({ attempts }: Column, name: string): EventCell {
  const isIt = (each: { name: string }) => each.name === name;
  const attempt = attempts.find(({ eventTrials }) => eventTrials.some(isIt));
  const { result = null, why } = attempt?.eventTrials.find(isIt) ?? {};
  const predictedWhy = attempt?.prediction?.silentEvents?.find(isIt)?.why;
  return { result, ...(why && { why }), ...(predictedWhy && { predictedWhy }) };
}

/** What the cell of a method says, so that each word has one meaning. */
export type MethodWord =
  | 'works'
  | 'fails as predicted'
  | 'fails'
  | 'no effect'
  | 'not modelled'
  | 'not tried'
  | 'not there';

export function methodWord({ result, why, predicted, predictedWhy }: MethodCell): MethodWord {
  switch (result) {
    case null:
      return 'not there';
    case 'works':
      return 'works';
    case 'failed':
      return predicted === 'broken' || isNamed(predictedWhy, why) ? 'fails as predicted' : 'fails';
    case 'no-effect':
      return 'no effect';
    case 'not-modelled':
      return 'not modelled';
    case 'not-tried':
      return 'not tried';
  }
}

/** True where the error names what the prediction calls perhaps missing: `Module.export` by its export. */
function isNamed(predictedWhy = '', error = ''): boolean {
  const names = [...predictedWhy.matchAll(/\b\w+\.(\w+)\b/g)].map(([, name]) => name as string);
  return names.some((name) => new RegExp(`\\b${name}\\b`).test(error));
}

/** What the cell of an event says. */
export type EventWord = 'comes' | 'does not come' | 'cannot come' | 'not modelled' | 'not tried' | 'not there';

const eventWords = {
  came: 'comes',
  missing: 'does not come',
  impossible: 'cannot come',
  'not-modelled': 'not modelled',
  'not-tried': 'not tried',
} as const satisfies Record<EventResultWord, EventWord>;

export function eventWord({ result, predictedWhy }: EventCell): EventWord {
  if (result === 'missing' && predictedWhy !== undefined) return 'cannot come';
  return result === null ? 'not there' : eventWords[result];
}

/** A failure that nothing predicted, or a success that there was not. */
export function isUnexplained(cell: MethodCell): boolean {
  return ['fails', 'no effect'].includes(methodWord(cell));
}

/** The methods or the events of a table, as every format shows them. */
export interface Section {
  noun: 'method' | 'event';
  rows: { name: string; cells: { word: MethodWord | EventWord; why: string | undefined }[] }[];
}

/** @returns the methods; and the events, where any was tried. */
export function sectionsOf({ methods, events }: MethodTable): Section[] {
  const sections: Section[] = [
    {
      noun: 'method',
      rows: methods.map(({ name, cells }) => ({
        name,
        cells: cells.map((cell) => ({ word: methodWord(cell), why: cell.why })),
      })),
    },
    {
      noun: 'event',
      rows: events.map(({ name, cells }) => ({
        name,
        cells: cells.map((cell) => ({ word: eventWord(cell), why: cell.why && (cell.predictedWhy ?? cell.why) })),
      })),
    },
  ];
  return sections.filter(({ noun, rows }) => noun === 'method' || rows.length > 0);
}

/** How often each word is in a column of a section. */
export function countWords({ rows }: Section, column: number): Map<MethodWord | EventWord, number> {
  const counts = new Map<MethodWord | EventWord, number>();
  for (const { cells } of rows) {
    const word = cells[column]?.word;
    if (word) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
