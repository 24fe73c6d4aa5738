import { behaviourSince } from '../../surface/behaviour-history.ts';
import { readLibraryOnce } from '../../surface/extract/extract-needs.ts';
import { walk } from '../../surface/extract/walk.ts';
import type { Explanation, FailedAttempt } from './explain.ts';

/** Failures of the probe after `ready` whose reason lies in how the build keeps its data. */
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

/** Where the library's Message takes over the id that the page sent: `this.id = data.id`. */
function lineThatKeepsId(packageDir: string): { file: string; line: number; source: string } | null {
  const { code } = readLibraryOnce(packageDir);
  const patch = code.functions.find(({ name }) => name === 'Message._patch');
  let found: { file: string; line: number; source: string } | null = null;
  if (!patch) return null;
  walk(patch.node, (node) => {
    if (node.type !== 'AssignmentExpression' || found) return;
    const source = patch.file.source(node);
    if (source === 'this.id = data.id')
      found = { file: patch.file.path, line: patch.file.position(node.start).line, source };
  });
  return found;
}
