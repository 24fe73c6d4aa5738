import type { PhaseTimings } from './attempt.ts';
import type { Phase } from './outcome.ts';

const untilReady: readonly Phase[] = ['launch', 'page', 'qr', 'scan', 'authenticated', 'ready'];

/** Milliseconds from the start of the browser to `ready`; null when it was not reached. */
export function readyMsOf(phases: PhaseTimings): number | null {
  if (phases.ready === undefined) return null;
  return untilReady.reduce((sum, phase) => sum + (phases[phase] ?? 0), 0);
}
