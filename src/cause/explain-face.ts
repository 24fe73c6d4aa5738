import { faceOf } from '../replica/builds/resolve-surface.ts';
import { noWebpackSince } from '../surface/name-sentences.ts';
import { lineOf, place, position, quote } from './cite.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import type { Located } from './locate-error.ts';
import type { SeenError } from './seen-errors.ts';

/** True when moduleRaid, with which old versions read webpack's modules, threw by itself. */
export function isModuleRaid({ frames }: SeenError): boolean {
  return frames.some((frame) => frame.kind === 'other' && /^(moduleRaid|fillModuleArray)$/.test(frame.name));
}

/** moduleRaid pushes into webpack's list of chunks; builds from 2.3000 on are not made with webpack and have no such list. */
export function noWebpack({ surface }: FailedAttempt, error: SeenError, located: Located): Explanation {
  const build = surface ? `build ${surface.build}` : 'this page';
  const comet = surface !== null && faceOf(surface.build) === 'comet';
  return {
    cause: {
      message: `${build} has no webpack chunk list, and ${located.library.needs.library} finds its modules only there (${located.file}:${located.line})`,
      ...position(located),
      evidence: [
        quote(error),
        `${place(located)} calls moduleRaid, which pushes into window.webpackChunkwhatsapp_web_client.`,
        ...(comet ? [noWebpackSince] : []),
      ],
    },
    blame: comet || surface === null ? 'web-build' : null,
  };
}

/** True when the library asked a page of webpack for the loader of later builds. */
export function isNoRequire({ surface }: FailedAttempt, { headline }: SeenError): boolean {
  return surface?.face === 'webpack' && /window\.require is not a function/.test(headline);
}

/** Pages of webpack have no `require`; releases that dropped moduleRaid have no other way to modules. */
export function noRequire({ surface }: FailedAttempt, error: SeenError, located: Located): Explanation {
  const version = located.library.needs.library;
  return {
    cause: {
      message: `build ${surface?.build} is made with webpack and has no window.require, and ${version} finds its modules only there (${located.file}:${located.line})`,
      ...position(located),
      evidence: [quote(error), `${place(located)}: ${lineOf(located)}`, noWebpackSince],
    },
    blame: 'library',
  };
}
