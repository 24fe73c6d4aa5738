import semver from 'semver';
import { TroubleError } from '../contracts/input-error.ts';
import type { Nightly } from '../contracts/nightly.ts';
import type { PlannedCell } from '../contracts/run.ts';
import { resolveLibrary } from '../library/add-library.ts';
import { candidatesOf, releasesAfter, versionsOnNpm } from '../library/candidates.ts';
import { findProjectLibrary, type ProjectLibrary } from '../library/project-library.ts';
import { planCells } from '../runner/plan.ts';
import { planOf, readExpectations, readMatrix, resolvedPlan } from '../runs/read-plan.ts';
import { matrixOnBuild } from '../watch/builds/matrix-on-build.ts';
import { plural } from '../words/text.ts';
import type { WantedWork } from './plan-night.ts';

/** What a night is about, before what earlier nights left is put first. */
export interface NightWork extends WantedWork {
  /** For the check of sources. */
  libraries: string[];
  builds: string[];
  /** What is planned, and why npm did not answer. */
  sentence: string;
}

/**
 * Plans the cells and verdicts of a night. One question to npm: without an answer no newer release is judged, and everything else is
 * planned.
 *
 * @param captured the build of tonight's page; null without one.
 * @param waiting candidates that an earlier night left.
 * @throws InputError for a matrix, version or build that is wrong; TroubleError where a git reference cannot be had.
 */
export async function wantedWork(
  nightly: Nightly,
  captured: string | null,
  waiting: Iterable<string>,
  say: (line: string) => void,
): Promise<NightWork> {
  const [installed, published] = [await findProjectLibrary(), await askNpm()];
  const inMatrix = [...new Set(readMatrix(nightly.run?.matrix).blocks.flatMap(({ library }) => library))];
  const replica = await replicaCells(nightly, captured, librariesOf(installed, published.versions, inMatrix), say);
  const libraries = [...new Set(replica.map(({ cell }) => cell.library))];
  const judged = nightly.gate
    ? await judgedVersions(nightly.gate, { installed, inMatrix, published: published.versions, waiting }, say)
    : null;
  const live = nightly.live ? liveCells(nightly.live, installed, libraries) : [];
  const cells = [...(nightly.run ? replica : []), ...live];
  const releases = judged ? `, ${plural(judged.candidates.length, 'release')} newer than ${judged.baseline}` : '';
  return {
    cells,
    judged,
    libraries: [...new Set([...libraries, ...(judged?.candidates ?? [])])],
    builds: [...new Set(replica.map(({ cell }) => cell.build))],
    sentence: `${plural(cells.length, 'cell')}${releases}${published.trouble}`,
  };
}

async function askNpm(): Promise<{ versions: string[]; trouble: string }> {
  try {
    return { versions: await versionsOnNpm(), trouble: '' };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return { versions: [], trouble: `; newer releases are not looked for: ${error.message}` };
  }
}

/** What is attempted; undefined for the whole matrix. */
function librariesOf(
  installed: ProjectLibrary | null,
  published: readonly string[],
  inMatrix: readonly string[],
): string[] | undefined {
  if (!installed) return undefined;
  const candidates = candidatesOf(installed.version, published).map(({ version }) => version);
  return [...new Set([installed.spec, ...candidates, ...inMatrix])];
}

/** The cells of the matrix, and every version on tonight's build. */
async function replicaCells(
  { run }: Nightly,
  captured: string | null,
  library: string[] | undefined,
  say: (line: string) => void,
): Promise<PlannedCell[]> {
  const { matrix: config, repeat } = run ?? {};
  const cells = await resolvedPlan({ config, library, repeat }, say);
  if (captured === null) return cells;
  const versions = [...new Set(cells.map(({ cell }) => cell.library))];
  const onIt = matrixOnBuild(readMatrix(config), captured);
  return [...cells, ...planCells(onIt, readExpectations(), { choice: { library: versions }, repeat })];
}

interface KnownVersions {
  installed: ProjectLibrary | null;
  inMatrix: readonly string[];
  published: readonly string[];
  waiting: Iterable<string>;
}

/** Every published release that is newer than the baseline, and what was left and still is. */
async function judgedVersions(
  { baseline: named, prereleases }: NonNullable<Nightly['gate']>,
  { installed, inMatrix, published, waiting }: KnownVersions,
  say: (line: string) => void,
): Promise<NonNullable<WantedWork['judged']>> {
  const baseline = await resolveLibrary(named ?? installed?.spec ?? newestOf(inMatrix) ?? 'latest', say);
  const newer = releasesAfter(baseline, published, { prereleases });
  const left = releasesAfter(baseline, [...waiting], { prereleases: true });
  return { baseline, candidates: [...new Set([...newer, ...left])] };
}

function newestOf(libraries: readonly string[]): string | undefined {
  return semver.rsort(libraries.filter((version) => semver.valid(version) !== null))[0];
}

function liveCells(
  { library, flow }: NonNullable<Nightly['live']>,
  installed: ProjectLibrary | null,
  libraries: readonly string[],
): PlannedCell[] {
  const usual = installed?.spec ?? newestOf(libraries);
  return planOf({ target: 'live', library: library ?? (usual === undefined ? libraries : [usual]), flow });
}
