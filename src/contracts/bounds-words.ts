import type { Bounds } from './surface-check.ts';

/** `after A and by B`: when a change came, as far as known. */
export function boundsWords({ after, since }: Pick<Bounds, 'after' | 'since'>): string {
  return `${after === null ? 'at an unknown time' : `after ${after}`} and by ${since}`;
}
