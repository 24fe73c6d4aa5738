import type { Browser } from '../browser/ensure-browser.ts';
import type { Cell } from '../contracts/attempt.ts';
import type { Prediction } from '../contracts/prediction.ts';
import type { Surface } from '../contracts/surface.ts';
import type { TraceMode } from '../contracts/trace.ts';
import type { InstalledLibrary } from '../library/ensure-library.ts';
import type { Flow } from './flow.ts';
import type { LiveInput } from './live-site.ts';

/** What one attempt is made with. */
export interface AttemptInput {
  id: string;
  /** Chooses the phone's number and everything random in the replica. */
  seed: number;
  cell: Cell;
  flow: Flow;
  library: InstalledLibrary;
  browser: Browser;
  /** What the build offers; null for the live site. */
  surface: Surface | null;
  /** What the source of the library says of attempts on the build; none when left out. */
  prediction?: Prediction | null | undefined;
  /** Folder of the run; evidence of a failure goes into a folder of it that is named after the attempt. */
  runFolder: string;
  /** Multiplies every deadline; see `deadlineFactor()`. */
  deadlineFactor: number;
  /** Of which attempts a trace is kept; `failed` when left out. */
  trace?: TraceMode | undefined;
  /** With a `Finding` as its reason, that is how the attempt ends. */
  signal?: AbortSignal | undefined;
  /** The live site in place of a replica. */
  live?: LiveInput | undefined;
}
