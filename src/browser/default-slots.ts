import { availableParallelism } from 'node:os';

/** How many browsers start at the same time: one per two cores, since a single Chromium that starts keeps 1.7 of them busy. */
export function defaultSlots(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}
