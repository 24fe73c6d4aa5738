import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { behaviourSince } from '../surface/behaviour-history.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';

/** Failures of the probe after `ready` whose reason is in how the build keeps its data. */
export function explainProbe({ code, surface, observed, library }: FailedAttempt): Explanation | null {
  if (code !== 'probe-message' || !observed || !/_serialized/.test(observed)) return null;
  if (surface?.behaviours.msgKeyTextField !== '$1') return null;
  const { build } = surface;
  const since = behaviourSince('msgKeyTextField', build);
  const line = lineThatKeepsId(library.packageDir);
  return {
    cause: {
      message: `message ids have no _serialized: build ${build} keeps the text of a message key in its field $1`,
      module: 'WAWebMsgKey',
      export: '_serialized',
      ...(line ? { libraryFile: line.file, libraryLine: line.line } : {}),
      evidence: [
        observed,
        ...(since ? [`The field of WAWebMsgKey is $1 since ${since}.`] : []),
        ...(line
          ? [
              `whatsapp-web.js ${library.version} ${line.file}:${line.line} hands on what the page gives it: \`${line.source}\`.`,
            ]
          : []),
      ],
    },
    blame: 'web-build',
  };
}

/** Where the library's Message takes over the id that the page sent. */
function lineThatKeepsId(packageDir: string): { file: string; line: number; source: string } | null {
  const file = 'src/structures/Message.js';
  const source = 'this.id = data.id';
  const index = readFileSync(join(packageDir, file), 'utf8')
    .split('\n')
    .findIndex((line) => line.trim() === `${source};`);
  return index < 0 ? null : { file, line: index + 1, source };
}
