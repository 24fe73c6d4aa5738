import { InputError } from './input-error.ts';

/** A WhatsApp Web build number in three parts, e.g. `2.3000.1032534684` or `2.2412.54`. */
export type BuildNumber = readonly [major: number, minor: number, revision: number];

/** @throws InputError when the text is not `2.<minor>.<revision>`. */
export function parseBuild(text: string): BuildNumber {
  const match = /^(2)\.(\d{1,6})\.(\d{1,12})$/.exec(text);
  if (!match) {
    throw new InputError(`"${text}" is not a WhatsApp Web build number; it looks like 2.3000.1032534684 or 2.2412.54`);
  }
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Negative when `a` is older than `b`, 0 when they are the same build. */
export function compareBuilds(a: BuildNumber, b: BuildNumber): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The build of a cell on the live site: which one it was, each attempt says. */
export const liveBuild = 'live';

/** Builds from old to new, each once; after them the one that the live site serves. */
export function sortBuilds(builds: Iterable<string>): string[] {
  const all = new Set(builds);
  const isLive = all.delete(liveBuild);
  const sorted = [...all].sort((a, b) => compareBuilds(parseBuild(a), parseBuild(b)));
  return isLive ? [...sorted, liveBuild] : sorted;
}
