import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { defaultSlots } from '../../src/browser/default-slots.ts';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import type { PlannedCell } from '../../src/contracts/run.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import { runPlan } from '../../src/runner/run-plan.ts';
import { type LibraryIndex, libraryIndex } from '../../src/surface/library-index.ts';
import { predict } from '../../src/surface/predict.ts';
import {
  agreementWith,
  builds,
  cellOn,
  type SeenFile,
  seenOf,
  unexplained,
  versions,
  writeKept,
} from '../agreement/cells.ts';
import {
  type CellOutcomes,
  countAgreement,
  methodCells,
  outcomesOn,
  type SeenMethodsFile,
  seenOfMethods,
  unexplainedMethods,
} from '../agreement/methods.ts';
import { bars, heldTo } from './bars.ts';
import type { Figure } from './figure.ts';

/**
 * Attempts every published version on every build of `test/agreement/cells.ts`, and compares each with what its source predicts. Installs
 * about 2 GB of libraries the first time.
 *
 * @param update writes what was seen into `test/agreement/seen.json`.
 */
export async function agreementOfPhases(update: boolean): Promise<Figure[]> {
  const cells = versions.flatMap((library) => builds.map((build) => cellOn(library, build)));
  const indexes = await indexAll();
  const seen = await attemptAll(cells, seenOf);
  const compared = cells.flatMap((cell) => {
    const its = seen[cell.library]?.[cell.build];
    if (!its) return [];
    const prediction = predict(indexes.get(cell.library) as LibraryIndex, resolveSurface(cell.build));
    return [{ cell, agreement: agreementWith(its, cell, prediction) }];
  });
  if (update) writeKept('seen', { date: today(), seen } satisfies SeenFile);
  const agreeing = compared.filter((each) => each.agreement === 'agrees').length;
  const differing = compared.filter((each) => each.agreement !== 'agrees').map(({ cell }) => cell);
  const left = unexplained(differing, cells);
  for (const { cell, why } of left) console.log(`${cell.library} on ${cell.build}: ${why}`);
  const percent = (100 * agreeing) / cells.length;
  return [
    heldTo(
      bars.agreement,
      `predictions that came, ${versions.length} versions on ${builds.length} builds`,
      percent,
      `${agreeing} of ${cells.length} (${percent.toFixed(1)} %)`,
    ),
    heldTo(
      bars.unexplained,
      'differences without an explanation, and the other way around',
      left.length,
      `${left.length}`,
    ),
  ];
}

/**
 * Tries every public method of each version of the matrix on each build on which it works, and compares what came of it with what the
 * source predicts.
 *
 * @param update writes what was seen into `test/agreement/seen-methods.json`.
 */
export async function agreementOfMethods(update: boolean): Promise<Figure[]> {
  const cells = methodCells();
  const seen = await attemptAll(cells, seenOfMethods);
  const compared: CellOutcomes[] = [];
  for (const cell of cells) {
    const { packageDir } = await ensureLibrary(cell.library, console.log, 'source');
    const its = seen[cell.library]?.[cell.build];
    if (its) compared.push({ cell, outcomes: outcomesOn(cell, its, libraryIndex(packageDir)) });
  }
  if (update) writeKept('seen-methods', { date: today(), seen } satisfies SeenMethodsFile);
  const { agreeing, compared: all, uncertain } = countAgreement(compared);
  const left = unexplainedMethods(compared);
  for (const line of left) console.log(line);
  const percent = (100 * agreeing) / all;
  const tried = compared.reduce((sum, { outcomes }) => sum + outcomes.length, 0);
  return [
    heldTo(
      bars.methodAgreement,
      `methods that did what was predicted, in ${compared.length} of ${cells.length} cells`,
      percent,
      `${agreeing} of ${all} (${percent.toFixed(1)} %)`,
    ),
    heldTo(bars.unexplainedMethods, 'differences without an explanation', left.length, `${left.length}`),
    { name: 'methods of which the data does not decide it', value: `${uncertain} of ${tried}`, bar: '', ok: true },
  ];
}

/** What was seen of one attempt of each cell, by version and build. */
async function attemptAll<Seen>(
  cells: readonly Cell[],
  seenIn: (attempt: Attempt) => Seen,
): Promise<Record<string, Record<string, Seen>>> {
  const seen = new Map<string, Seen>();
  const keyOf = ({ library, build }: Cell) => `${library} ${build}`;
  const plan = cells.map((cell): PlannedCell => ({ cell, expectation: null, repeat: 1 }));
  await runPlan(plan, {
    slots: defaultSlots(),
    seed: 1,
    trace: 'off',
    say: console.log,
    observers: [
      {
        attemptEnded({ cell }, attempt) {
          seen.set(keyOf(cell), seenIn(attempt));
          process.stderr.write(`${seen.size} of ${cells.length}: ${cell.library} on ${cell.build}\n`);
        },
      },
    ],
  });
  const byVersion = Map.groupBy(
    cells.filter((cell) => seen.has(keyOf(cell))),
    ({ library }) => library,
  );
  return Object.fromEntries(
    [...byVersion].map(([library, its]) => [
      library,
      Object.fromEntries(its.map((cell) => [cell.build, seen.get(keyOf(cell)) as Seen])),
    ]),
  );
}

const today = () => new Date().toISOString().slice(0, 10);

/** How long it takes to resolve builds, and to check every published version against ten of them, in a process of its own. */
export async function checkTimes(): Promise<Figure[]> {
  const folders: string[] = [];
  for (const version of versions) folders.push((await ensureLibrary(version, console.log, 'source')).packageDir);
  // The second time all indexes are stored.
  const [, times] = [0, 1].map(() => {
    const script = fileURLToPath(new URL('./check-times.ts', import.meta.url));
    const { stdout } = spawnSync(process.execPath, [script, ...folders], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(stdout) as { first: number; others: number[]; checks: number };
  });
  const { first = 0, others = [], checks = 0 } = times ?? {};
  const name = `check of ${versions.length} versions on ${builds.length} builds`;
  return [
    heldTo(bars.resolveBuild, 'first build of a process', first, `${first.toFixed(1)} ms`),
    heldTo(
      bars.resolveBuild,
      'each other build, the slowest',
      Math.max(...others),
      `${Math.max(...others).toFixed(1)} ms`,
    ),
    heldTo(bars.checkAll, name, checks / 1000, `${(checks / 1000).toFixed(2)} s`),
  ];
}

async function indexAll(): Promise<Map<string, LibraryIndex>> {
  const indexes = new Map<string, LibraryIndex>();
  for (const version of versions) {
    const { packageDir } = await ensureLibrary(version, console.log, 'source');
    indexes.set(version, libraryIndex(packageDir));
  }
  return indexes;
}
