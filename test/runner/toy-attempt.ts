import qrToReady from '../../canaries/qr-to-ready.ts';
import type { Attempt, Cell } from '../../src/contracts/attempt.ts';
import { resolveSurface } from '../../src/replica/builds/resolve-surface.ts';
import type { AttemptInput } from '../../src/runner/attempt-input.ts';
import { runAttempt } from '../../src/runner/run-attempt.ts';
import { toyLibrary } from '../host/toy.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const build = '2.3000.1029241508';

export const toyCell: Cell = {
  library: '0.0.1',
  build,
  browser: 'none',
  flow: 'qr-to-ready',
  condition: 'none',
  switches: {},
  target: 'replica',
};

/** One attempt of a library that only pretends, without a browser, on a real replica. */
export async function attemptToy(name: string, input: Partial<AttemptInput> = {}): Promise<Attempt> {
  return runAttempt({
    id: 'toy-0001',
    seed: 1,
    cell: toyCell,
    flow: qrToReady,
    library: {
      label: '0.0.1',
      version: '0.0.1',
      packageDir: toyLibrary(name),
      root: toyLibrary(name),
      integrity: null,
      source: null,
      lockHash: '',
    },
    browser: {
      name: 'none',
      executablePath: '/nowhere',
      version: '',
      args: [],
      env: {},
      sandbox: { on: false, why: 'there is no browser' },
    },
    surface: resolveSurface(build),
    runFolder: input.runFolder ?? temporaryFolder(),
    deadlineFactor: 1,
    ...input,
  });
}
