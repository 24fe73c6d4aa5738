import { formatMs } from '../words/text.ts';

/** How far a run is. Times in milliseconds. */
export interface Progress {
  /** Attempts that have not ended, with those that are running. */
  left: number;
  ended: number;
  /** What the ended attempts took together. */
  busyMs: number;
  /** How long the running attempts have been running, together. */
  runningMs: number;
  /** Attempts at the same time. */
  slots: number;
}

/** `about 40.0 s left`, from the mean of the ended attempts; null before the first has ended and when none is left. */
export function timeLeft({ left, ended, busyMs, runningMs, slots }: Progress): string | null {
  if (left <= 0 || ended === 0) return null;
  const ms = (left * (busyMs / ended) - runningMs) / Math.min(slots, left);
  return ms < 1000 ? 'about to end' : `about ${formatMs(ms)} left`;
}
