import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Cell } from '../contracts/attempt.ts';
import { axisText, cellKey } from '../contracts/cell-key.ts';
import { home, matrixFile, ownMatrixFile, packageRoot } from '../contracts/home.ts';
import { InputError, rethrowNaming } from '../contracts/input-error.ts';
import {
  type ExpectationRule,
  expectationsSchema,
  type Matrix,
  matrixBlockSchema,
  matrixSchema,
} from '../contracts/matrix.ts';
import type { Target } from '../contracts/outcome.ts';
import type { CellReport, PlannedCell } from '../contracts/run.ts';
import { parseYamlFile } from '../contracts/yaml-file.ts';
import { resolveLibrary } from '../library/add-library.ts';
import { buildOfText } from '../replica/builds/captured-build.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import type { Choice } from '../runner/check-choice.ts';
import { expectationOf, type PlanOptions, planCells } from '../runner/plan.ts';
import type { StoredRun } from '../store/runs.ts';
import { cellName } from '../words/cell-names.ts';
import { versionsOfProject } from './versions-of-project.ts';

/**
 * The cells to attempt, by `compat-matrix` or another matrix file.
 *
 * @throws InputError naming file, line and key, or the option.
 */
export function readPlan(options: PlanOptions = {}, file?: string): PlannedCell[] {
  return planCells(readMatrix(file), readExpectations(), options);
}

/**
 * `compat-matrix/matrix.yaml` or another matrix file. A build that it names as `captured:FILE`, a path from the working folder, becomes the
 * surface of its number in this process.
 *
 * @throws InputError naming file, line and key.
 */
export function readMatrix(file = matrixFile('matrix.yaml')): Matrix {
  return parseYamlFile(file, matrixWithCaptures);
}

const numberedBuild = z.string().transform((text, context) => {
  try {
    return buildOfText(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});
const matrixWithCaptures = matrixSchema.extend({
  blocks: z.array(matrixBlockSchema.extend({ build: z.array(numberedBuild).min(1) })).min(1),
});

/** What is expected of cells, see `expectationOf`: the rules of the package, then those of the project, which win. */
export function readExpectations(): ExpectationRule[] {
  const files = [join(packageRoot, 'compat-matrix', 'expectations.yaml'), ownMatrixFile('expectations.yaml')];
  return files.filter((file) => file !== null).flatMap((file) => parseYamlFile(file, expectationsSchema).rules);
}

/** Which cells are attempted, how often, and whether anything is expected of them: what `run` takes as options. */
export interface CellChoice extends Choice {
  /** Attempts per cell; 1 when left out. */
  repeat?: number | undefined;
  /** `replica` when left out. */
  target?: Target | undefined;
  /** Only cells whose printed name, or key, contains this text. */
  grep?: string | undefined;
  /** A matrix file in place of `compat-matrix/matrix.yaml`. */
  config?: string | undefined;
  /** Every attempt that does not pass is unexpected. */
  ignoreExpectations?: boolean | undefined;
}

/**
 * The whole plan for the options of a run; a shard makes a part of it.
 *
 * @throws InputError as `readPlan`, and when no cell is left.
 */
export function planOf(options: CellChoice): PlannedCell[] {
  const { library, build, browser, flow, condition, switches, repeat, target, ignoreExpectations, config, grep } =
    options;
  const choice = { library, build, browser, flow, condition, switches };
  return matching(readPlan({ choice, repeat, target, ignoreExpectations }, config), grep);
}

/**
 * The plan of `planOf` with tags, git references and the user's own libraries as exact versions and labels: expectations name those.
 * Options are checked before npm or git is called. In a project that installs whatsapp-web.js, a plan for which neither libraries nor
 * a matrix were chosen has the installed version, its next candidates, and all of the project's own matrix.
 *
 * @param say is called with what the project installs, and with what a tag or reference is.
 * @throws InputError as `planOf`, and when a library does not exist or two are the same; TroubleError without network or disk.
 */
export async function resolvedPlan(options: CellChoice, say: (line: string) => void): Promise<PlannedCell[]> {
  // Loaded on demand: what judges and reports needs the plan and no browser.
  const { checkPlan } = await import('../runner/supplies.ts');
  const { grep: _, ...unnamed } = options;
  await checkPlan(planOf(unnamed));
  const library = options.library ?? (options.config === undefined ? await librariesOfProject(say) : undefined);
  if (library === undefined) return planOf(options);
  const texts = new Map<string, string>();
  for (const text of library) {
    const label = await resolveLibrary(text, say).catch(rethrowNaming('--library'));
    const twin = texts.get(label);
    if (label.includes('+') && twin !== undefined && twin !== text) {
      throw new InputError(`--library: ${twin} and ${text} have the same files; names tell them apart: a=PATH,b=PATH`);
    }
    texts.set(label, text);
  }
  return planOf({ ...options, library: [...texts.keys()] });
}

/** The libraries to attempt in a project; undefined in a folder whose project does not install whatsapp-web.js. */
async function librariesOfProject(say: (line: string) => void): Promise<string[] | undefined> {
  const project = await versionsOfProject(say);
  if (!project) return undefined;
  const own = ownMatrixFile('matrix.yaml');
  const inMatrix = own === null ? [] : readMatrix(own).blocks.flatMap(({ library }) => library);
  return [...new Set([project.installed.spec, ...project.candidates.map(({ version }) => version), ...inMatrix])];
}

/** The cells of a run to repeat. */
export interface FailedCells {
  last: StoredRun;
  /** Cells that failed, were spoiled, or did something unexpected. */
  cells: readonly Cell[];
}

/**
 * The plan that repeats what failed in the last run; the axes of the options narrow it.
 *
 * @throws InputError when the options leave no cell of it.
 */
export function planOfFailed({ last, cells }: FailedCells, options: CellChoice): PlannedCell[] {
  const { repeat = 1, ignoreExpectations = false, target = 'replica', grep } = options;
  const rules = readExpectations();
  const wanted = cells.filter(
    (cell) => cell.target === target && axes.every((axis) => options[axis]?.includes(axisText(cell, axis)) ?? true),
  );
  if (wanted.length === 0) {
    const failed = cells.map(cellName).join('; ');
    throw new InputError(
      `--last-failed: the options leave no cell of run ${last.run.id}, in which these failed: ${failed}`,
    );
  }
  const plan = wanted.map((cell) => {
    return { cell, expectation: ignoreExpectations ? null : expectationOf(cell, rules), repeat };
  });
  return matching(plan, grep);
}

/** True for attempts that were made on the capture of a page. */
export function isOnCapture({ attempts }: Pick<CellReport, 'attempts'>): boolean {
  return attempts.some(({ prediction }) => prediction?.behavioursOf !== undefined);
}

/**
 * Makes the captures of builds their surface in this process, as `surface capture` and `watch --live` keep them; one that is known is left.
 *
 * @throws InputError where there is none: without it, attempts would be made on a guess
 */
export function loadCaptures(builds: Iterable<string>): void {
  for (const build of builds) {
    const { behavioursOf, archived } = resolveSurface(build);
    if (behavioursOf !== null || archived.upTo === build) continue;
    const file = home('captures', `${build}.json`);
    if (!existsSync(file)) {
      throw new InputError(
        `--last-failed: the attempts on ${build} were made on a capture, and there is no ${file}: name it with --build captured:FILE`,
      );
    }
    buildOfText(`captured:${file}`);
  }
}

const axes = ['library', 'build', 'browser', 'flow', 'condition', 'switches'] as const;

/** Matches the printed name of a cell, and its key, which names the default browser and flow too. */
function matching(plan: PlannedCell[], grep: string | undefined): PlannedCell[] {
  if (grep === undefined) return plan;
  const chosen = plan.filter(({ cell }) => cellName(cell).includes(grep) || cellKey(cell).includes(grep));
  if (chosen.length > 0) return chosen;
  const [first] = plan;
  const example = first ? `, such as "${cellName(first.cell)}"` : '';
  throw new InputError(`--grep ${grep}: no cell of the plan has this in its name${example}`);
}
