import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './watch.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};
