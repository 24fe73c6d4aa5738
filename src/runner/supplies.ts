import { type Browser, checkBrowser, ensureBrowser } from '../browser/ensure-browser.ts';
import type { Cell } from '../contracts/attempt.ts';
import { TroubleError } from '../contracts/input-error.ts';
import type { Prediction } from '../contracts/prediction.ts';
import type { PlannedCell } from '../contracts/run.ts';
import type { Surface } from '../contracts/surface.ts';
import { switchesText } from '../contracts/switches.ts';
import { ensureLibrary, type InstalledLibrary } from '../library/ensure-library.ts';
import { resolveSurface } from '../replica/builds/resolve-surface.ts';
import { type LibraryIndex, libraryIndex } from '../surface/library-index.ts';
import { predict } from '../surface/predict.ts';
import { deadlineFactor } from './deadlines.ts';
import type { Flow } from './flow.ts';
import { loadFlow } from './load-flow.ts';

/** What one attempt of a cell is made with; a library that could not be installed is the trouble itself. */
export interface Supply {
  library: InstalledLibrary | TroubleError;
  browser: Browser;
  flow: Flow;
  surface: Surface | null;
  prediction: Prediction | null;
}

/** Everything that the cells of a plan need, each thing once. */
export interface Supplies {
  /** The planned cell with the library named as it is installed: a folder is shown by version and content. */
  label(planned: PlannedCell): PlannedCell;
  /** For a cell as the plan had it or as `label` made it. */
  of(cell: Cell): Supply;
}

/** How a library and a browser are had. */
interface Getters {
  library: typeof ensureLibrary;
  browser: typeof ensureBrowser;
}

/**
 * Checks what a plan names but its libraries, which only npm or git may know; installs and downloads nothing.
 *
 * @throws InputError when the plan names a build, browser or flow that does not exist, or the deadlines of this machine are wrong.
 */
export async function checkPlan(plan: readonly PlannedCell[]): Promise<void> {
  const cells = plan.map(({ cell }) => cell);
  deadlineFactor();
  await flowsOf(cells);
  surfacesOf(cells);
  await gather(cells, 'browser', async (name) => checkBrowser(name));
}

/**
 * Installs, finds and loads what a plan names, before anything is started.
 *
 * @param getters as `ensureLibrary` and `ensureBrowser`, which are asked every time.
 * @throws InputError when the plan names a library, build, browser or flow that does not exist.
 * @throws TroubleError when a browser cannot be had.
 */
export async function gatherSupplies(
  plan: readonly PlannedCell[],
  say: (line: string) => void,
  { library: getLibrary, browser: getBrowser }: Getters = { library: ensureLibrary, browser: ensureBrowser },
): Promise<Supplies> {
  await checkPlan(plan);
  const cells = plan.map(({ cell }) => cell);
  const flows = await flowsOf(cells);
  const surfaces = surfacesOf(cells);
  // A version that does not exist is reported before a browser of hundreds of megabytes is downloaded for it.
  const libraries = await gather(cells, 'library', (spec) => getLibrary(spec, say).catch(orTrouble));
  const browsers = await gather(cells, 'browser', (name) => getBrowser(name, say));
  for (const library of [...libraries.values()]) {
    if (library instanceof TroubleError) continue;
    libraries.set(library.label, library);
    // Reading its source blocks this process, which would delay attempts that are under way.
    indexOf(library);
  }
  const predictions = new Map<InstalledLibrary, Map<Surface, Prediction | null>>();
  const predictionFor = (library: InstalledLibrary | TroubleError, surface: Surface | null) => {
    if (library instanceof TroubleError || !surface) return null;
    const its = predictions.get(library) ?? new Map<Surface, Prediction | null>();
    predictions.set(library, its);
    if (!its.has(surface)) its.set(surface, predictionOf(library, surface));
    return its.get(surface) ?? null;
  };
  return {
    label(planned) {
      const library = known(libraries, planned.cell.library);
      if (library instanceof TroubleError) return planned;
      return { ...planned, cell: { ...planned.cell, library: library.label } };
    },
    of({ library: spec, browser, flow, build, switches, target }) {
      const library = known(libraries, spec);
      const surface = target === 'replica' ? known(surfaces, surfaceKey({ build, switches })) : null;
      return {
        library,
        browser: known(browsers, browser),
        flow: known(flows, `${target} ${flow}`),
        surface,
        prediction: predictionFor(library, surface),
      };
    },
  };
}

/** Null where the source cannot be read. */
function predictionOf(library: InstalledLibrary, surface: Surface): Prediction | null {
  const index = indexOf(library);
  if (!index) return null;
  return predict(
    index,
    surface,
    index.publicMethods.map(({ name }) => name),
  );
}

/** Null for a source that cannot be read, which is no reason not to run it. */
function indexOf({ packageDir }: InstalledLibrary): LibraryIndex | null {
  try {
    return libraryIndex(packageDir);
  } catch {
    return null;
  }
}

/** @throws InputError for a build that cannot be, and a switch that a build does not have. */
function surfacesOf(cells: readonly Cell[]): Map<string, Surface> {
  const onReplica = cells.filter(({ target }) => target === 'replica');
  return new Map(onReplica.map((cell) => [surfaceKey(cell), resolveSurface(cell.build, cell.switches)]));
}

function surfaceKey({ build, switches }: Pick<Cell, 'build' | 'switches'>): string {
  return `${build} ${switchesText(switches)}`;
}

/** By target and name: a flow has another form on the live site. */
async function flowsOf(cells: readonly Cell[]): Promise<Map<string, Flow>> {
  const keys = new Map(cells.map(({ target, flow }) => [`${target} ${flow}`, { target, flow }] as const));
  const loaded = [...keys].map(async ([key, { target, flow }]) => [key, await loadFlow(flow, target)] as const);
  return new Map(await Promise.all(loaded));
}

async function gather<K extends 'library' | 'browser', T>(
  cells: readonly Cell[],
  axis: K,
  get: (value: string) => Promise<T>,
): Promise<Map<string, T>> {
  const values = [...new Set(cells.map((cell) => cell[axis]))];
  return new Map(await Promise.all(values.map(async (value) => [value, await get(value)] as const)));
}

function orTrouble(error: unknown): TroubleError {
  if (error instanceof TroubleError) return error;
  throw error;
}

function known<T>(map: Map<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new Error(`${key} is not in the plan that supplies were gathered for`);
  return value;
}
