import type { Place } from '../contracts/verdict.ts';

/** The same for the same place; sorts by flow, then build. */
export function placeKey({ flow, build, browser, condition, target }: Place): string {
  return [flow, build, browser, condition, target].join(' | ');
}
