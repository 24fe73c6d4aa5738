import { ensureBrowser } from '../browser/ensure-browser.ts';
import type { Attempt } from '../contracts/attempt.ts';
import { cellKey } from '../contracts/cell-key.ts';
import { InputError } from '../contracts/input-error.ts';
import { ensureLibrary } from '../library/ensure-library.ts';
import { deadlineFactor } from '../runner/deadlines.ts';
import { hashOfFlow } from '../runner/load-flow.ts';
import { attemptsHere, type LiveAttempter } from '../runner/run-plan.ts';
import { gatherSupplies, type Supplies } from '../runner/supplies.ts';
import type { JobData } from './job.ts';

export interface WorkerAttempts {
  /** Where attempts of a run write their files. */
  runFolder(runId: string): string;
  /** Makes attempts on the live site; without it there are none. */
  live?: LiveAttempter | undefined;
  say(line: string): void;
}

/** The supplies of so many cells stay in memory; a run has its cells in turn. */
const mostCells = 40;

/** Makes the attempts of a worker. Libraries that it does not name are installed for the first attempt that needs them. */
export function workerAttempts({ runFolder, live, say }: WorkerAttempts) {
  const libraries = new Map<string, ReturnType<typeof ensureLibrary>>();
  const browsers = new Map<string, ReturnType<typeof ensureBrowser>>();
  const getters = {
    library: (spec: string) => once(libraries, spec, () => ensureLibrary(spec, say)),
    browser: (name: string) => once(browsers, name, () => ensureBrowser(name, say)),
  };
  const cells = new Map<string, Promise<Supplies>>();
  const suppliesOf = ({ cell, captures, flow }: JobData) => {
    const key = JSON.stringify([captures, flow, cellKey(cell)]);
    const oldest = cells.keys().next();
    if (cells.size >= mostCells && !oldest.done) cells.delete(oldest.value);
    return once(cells, key, () => gatherSupplies([{ cell, expectation: null, repeat: 1 }], say, getters));
  };
  return {
    /** Downloads a browser unless it is there, and checks that it starts. @throws InputError, TroubleError as `ensureBrowser`. */
    async haveBrowser(name: string): Promise<void> {
      await getters.browser(name);
    },
    /** The name of a library in cells, after its installation. @throws InputError, TroubleError as `ensureLibrary`. */
    async haveLibrary(spec: string): Promise<string> {
      return (await getters.library(spec)).label;
    },
    async attempt(data: JobData, signal: AbortSignal): Promise<Attempt> {
      const { runId, id, seed, cell, trace } = data;
      checkFlow(data);
      const { of } = await suppliesOf(data);
      const make = attemptsHere({ of, trace, live, deadlineFactor: deadlineFactor(), runFolder });
      const attempt = await make({ id, seed, cell, runId, signal });
      checkFlow(data);
      return attempt;
    },
  };
}

/** An attempt reads the file of its flow again. @throws InputError */
function checkFlow({ cell, flow }: JobData): void {
  const own = hashOfFlow(cell);
  if (own !== undefined && own !== flow)
    throw new InputError(`--flow ${cell.flow}: the file of this machine is not that of the run`);
}

/** What was had before; an error is not kept. */
function once<T>(known: Map<string, Promise<T>>, key: string, get: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before) return before;
  const got = get();
  known.set(key, got);
  got.catch(() => known.delete(key));
  return got;
}
