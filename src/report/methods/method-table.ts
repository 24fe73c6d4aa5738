import type { Attempt, Cell } from '../../contracts/attempt.ts';
import type { MethodCell, MethodTable } from '../../contracts/method-table.ts';

export interface TriedCell {
  cell: Cell;
  attempt: Attempt;
}

/** A column for each cell, in their sequence; a row for each method that any of them tried. */
export function methodTable(tried: readonly TriedCell[]): MethodTable {
  const names = [
    ...new Set(tried.flatMap(({ attempt }) => attempt.methods.flatMap(({ name, result }) => (result ? [name] : [])))),
  ];
  return {
    schemaVersion: 1,
    columns: tried.map(({ cell: { library, build, switches }, attempt }) => {
      const why = attempt.cause?.message ?? attempt.code;
      return { library, build, switches, outcome: attempt.outcome, ...(why && { why }) };
    }),
    methods: names.sort().map((name) => ({ name, cells: tried.map(({ attempt }) => cellOf(attempt, name)) })),
  };
}

function cellOf({ methods, prediction }: Attempt, name: string): MethodCell {
  const { result = null, why } = methods.find((method) => method.name === name) ?? {};
  const predicted = prediction?.methods.find((method) => method.name === name);
  return {
    result,
    ...(why && { why }),
    ...(predicted && result && { predicted: predicted.status }),
    ...(predicted?.why && result && { predictedWhy: predicted.why }),
  };
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

/** A failure that nothing predicted, or a success that there was not. */
export function isUnexplained(cell: MethodCell): boolean {
  return ['fails', 'no effect'].includes(methodWord(cell));
}

/** How often each word is in a column. */
export function countWords(table: MethodTable, column: number): Map<MethodWord, number> {
  const counts = new Map<MethodWord, number>();
  for (const { cells } of table.methods) {
    const word = methodWord(cells[column] as MethodCell);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
