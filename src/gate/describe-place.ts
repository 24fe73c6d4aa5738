import type { Place } from '../contracts/verdict.ts';

/** A place as people say it, without what is the default. */
export function describePlace({ build, browser, condition, target }: Place): string {
  const extra = [
    browser === 'current' ? '' : `browser ${browser}`,
    condition === 'none' ? '' : condition,
    target === 'replica' ? '' : target,
  ].filter(Boolean);
  return extra.length > 0 ? `${build} (${extra.join(', ')})` : build;
}
