import type { Attempt, Cell, MethodCalls, MethodResultWord } from '../../src/contracts/attempt.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { readMatrix } from '../../src/runs/read-plan.ts';
import type { LibraryIndex } from '../../src/surface/library-index.ts';
import { predict } from '../../src/surface/predict.ts';
import { type MethodOutcome, methodOutcomes } from '../../src/words/prediction.ts';
import { builds, cellOn, readKept, readSeen } from './cells.ts';

/** What came of each method that the flow every-method tried: those that work by name, the others with what went wrong. */
export interface SeenOfMethods {
  works: string[];
  others: Record<string, { result: MethodResultWord; why?: string }>;
}

/** `seen-methods.json`, by version and build, as `npm run bench -- --only agreement-of-methods --update` wrote it. */
export interface SeenMethodsFile {
  date: string;
  seen: Record<string, Record<string, SeenOfMethods>>;
}

/** `explained-methods.json`: why what is predicted of methods and what came of them differ. */
export interface MethodExplanation {
  method: string[];
  library: string[];
  build: string[];
  /** For a race: it may go well. */
  isRace?: true;
  why: string;
}

export const readSeenMethods = () => readKept<SeenMethodsFile>('seen-methods');

export const readMethodExplanations = () => readKept<MethodExplanation[]>('explained-methods');

/** The versions of the matrix on those builds on which their probe passed: else no method can be tried. */
export function methodCells(): Cell[] {
  const { seen } = readSeen();
  const own = new Set(readMatrix().blocks.flatMap(({ library }) => library));
  const cells = [...own].sort().flatMap((library) => builds.map((build) => cellOn(library, build, 'every-method')));
  return cells.filter(({ library, build }) => seen[library]?.[build]?.outcome === 'passed');
}

export function seenOfMethods({ methods }: Pick<Attempt, 'methods'>): SeenOfMethods {
  const seen: SeenOfMethods = { works: [], others: {} };
  for (const { name, result, why } of [...methods].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (result === 'works') seen.works.push(name);
    else if (result !== undefined) seen.others[name] = { result, ...(why && { why }) };
  }
  return seen;
}

/** Each method that was tried, with what its source predicts. */
export function outcomesOn({ build }: Cell, { works, others }: SeenOfMethods, index: LibraryIndex): MethodOutcome[] {
  const methods: MethodCalls[] = [
    ...works.map((name) => ({ name, result: 'works' as const })),
    ...Object.entries(others).map(([name, other]) => ({ name, ...other })),
  ].map((each) => ({ calls: 1, failed: 0, ...each }));
  const prediction = predict(
    index,
    resolveSurface(build),
    methods.map(({ name }) => name),
  );
  return methodOutcomes({ methods, prediction });
}

export interface CellOutcomes {
  cell: Cell;
  outcomes: readonly MethodOutcome[];
}

/** How many methods came as predicted, and how many can be compared: not those that nothing is known of, were not tried or are not modelled. */
export function countAgreement(cells: readonly CellOutcomes[]): {
  agreeing: number;
  compared: number;
  uncertain: number;
} {
  const all = cells.flatMap(({ outcomes }) => outcomes);
  return {
    agreeing: all.filter(({ agreement }) => agreement === 'agrees').length,
    compared: all.filter(({ agreement }) => agreement !== null).length,
    uncertain: all.filter(({ predicted }) => predicted.startsWith('unknown')).length,
  };
}

/** Differences without an explanation, explanations of what does not differ, and cells without any method, one line each. */
export function unexplainedMethods(
  cells: readonly CellOutcomes[],
  explanations: readonly MethodExplanation[] = readMethodExplanations(),
): string[] {
  return cells.flatMap(({ cell: { library, build }, outcomes }) => {
    if (outcomes.length === 0) return [`${library} on ${build}: no method was tried`];
    return outcomes.flatMap(({ name, predicted, happened, agreement }) => {
      const explanation = explanations.find(
        (each) => each.method.includes(name) && each.library.includes(library) && each.build.includes(build),
      );
      if ((agreement === 'differs') === (explanation !== undefined) || explanation?.isRace) return [];
      return [`${library} on ${build}, ${name}: predicted ${predicted}; happened ${happened}`];
    });
  });
}
