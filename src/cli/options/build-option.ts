import { buildOfText } from '../../replica/builds/captured-build.ts';
import { resolveSurface } from '../../replica/builds/resolve-surface.ts';
import { list, parsedBy } from './option-values.ts';

/** A build for commander: a number, or `captured:FILE` for that of a capture. */
export const parseBuildOption: (text: string) => string = parsedBy((text) => {
  const build = buildOfText(text);
  resolveSurface(build);
  return build;
});

/** Builds separated by commas; numbers are checked with the rest of the plan. */
export const parseBuildList: (text: string) => string[] = parsedBy((text) => list(text).map(buildOfText));
