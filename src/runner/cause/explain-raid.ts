import { faceOf } from '../../replica/builds/resolve-surface.ts';
import { noWebpackSince } from '../../surface/name-sentences.ts';
import type { Explanation, FailedAttempt } from './explain.ts';
import { place, position, quote } from './explain-error.ts';
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
