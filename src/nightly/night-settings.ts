import { home } from '../contracts/home.ts';
import type { Night, Nightly, StepResult } from '../contracts/nightly.ts';
import type { Terminal } from '../report/terminal.ts';
import type { LiveAttempter } from '../runner/run-plan.ts';
import type { Fleet } from '../runs/execute-run.ts';
import type { Store } from '../store/open-store.ts';

/** A page of the live site that was captured. */
export interface TonightsPage {
  /** Null when it could not be had; `result` says why. */
  file: string | null;
  result: StepResult;
}

export interface NightSettings {
  nightly: Nightly;
  store: Store;
  terminal: Terminal;
  /** Attempts at the same time; the usual number of this machine or of a fleet when left out. */
  slots?: number | undefined;
  /** Of a night that begins; a random one when left out. */
  seed?: number | undefined;
  webhook?: string | undefined;
  /** As `--reporter` of `run`; that of `nightly` when left out. */
  reporter?: string | undefined;
  /** Captures the page of tonight. */
  capture(): Promise<TonightsPage>;
  /** Passes what makes attempts on the live site to `work`. @throws InputError when no account can be used for these flows. */
  withLive<T>(flows: readonly string[], work: (live: LiveAttempter) => Promise<T>): Promise<T>;
  /** Passes what has attempts made by other machines to `work`; nothing where there is no queue. @throws TroubleError for a queue that cannot be reached. */
  withFleet<T>(work: (maker?: Fleet['maker']) => Promise<T>): Promise<T>;
  /** Ends the night early: what is under way is attempted again when it goes on. */
  signal: AbortSignal;
}

/** A night that was cut off goes on within this time; later its work goes first in another one. */
export const goesOnMs = 12 * 3_600_000;

/** Stands for the folder of the night in a list of reporters. */
export const nightMark = '{night}';

/** The folder with what is written of a night. */
export function nightFolder({ id }: Pick<Night, 'id'>): string {
  return home('nightly', id);
}
