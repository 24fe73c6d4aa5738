import type { Cell } from '../../src/contracts/attempt.ts';
import type { InstalledLibrary } from '../../src/library/ensure-library.ts';
import type { Flow } from '../../src/runner/flow.ts';
import sessionLost from './session-lost.ts';
import slower from './slower.ts';

/** A bad candidate: with `chance`, an attempt of the candidate is made in the cell `instead`. */
export interface Mutant {
  /** What the baseline, and a candidate that is spared, is attempted in. */
  cell: Cell;
  chance: number;
  instead: Cell;
  /** What is done in `instead`; its own flow when left out. In this process, where a flow of a file would start a thread first. */
  flow?: Flow;
  /** What is attempted in `instead`; the library of its cell when left out. */
  library?: InstalledLibrary;
}

const library = '1.34.2';
/** A build on which this version becomes ready, and one on which it never does, since a name that it needs has gone. */
const good = '2.3000.1029241508';
const broken = '2.3000.1032534684';

/** Where the version of the mutants works. */
export const goodCell: Cell = {
  library,
  build: good,
  browser: 'current',
  flow: 'qr-to-ready',
  condition: 'none',
  switches: {},
  target: 'replica',
};
const brokenWith = (chance: number): Mutant => ({ cell: goodCell, chance, instead: { ...goodCell, build: broken } });

export const mutants: Readonly<Record<string, Mutant>> = {
  none: brokenWith(0),
  'never-ready': brokenWith(1),
  'half-ready': brokenWith(0.5),
  'fifth-lost': brokenWith(0.2),
  'tenth-lost': brokenWith(0.1),
  slower: { cell: goodCell, chance: 1, instead: { ...goodCell }, flow: slower },
  'session-lost': {
    cell: { ...goodCell, flow: 'restore-to-ready' },
    chance: 1,
    instead: { ...goodCell, flow: 'restore-to-ready' },
    flow: sessionLost,
  },
};
