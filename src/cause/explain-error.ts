import type { Code } from '../codes/codes.ts';
import type { Cause } from '../contracts/attempt.ts';
import { lineOf, place, position, quote } from './cite.ts';
import { isModuleRaid, isNoRequire, noRequire, noWebpack } from './explain-face.ts';
import { explainNodeError } from './explain-node-error.ts';
import type { Explanation, FailedAttempt } from './failed-attempt.ts';
import { type Located, locateError } from './locate-error.ts';
import { missingName } from './missing-name.ts';
import { isOfType, type SeenError, seenErrors, telltaleConsole } from './seen-errors.ts';

/** Codes that an error of the library can be behind; a page error before the browser died, say, is only a page error. */
const codesOfErrors = new Set<Code>([
  'initialize-failed',
  'no-qr',
  'no-authenticated',
  'no-ready',
  'host-died',
  'provenance-mismatch',
  'probe-state',
  'probe-wid',
  'probe-message',
  'probe-build',
  'call-failed',
]);

/** An error of the library's own code, in the page or in Node, mapped to its source. */
export function explainError(attempt: FailedAttempt): Explanation | null {
  if (!codesOfErrors.has(attempt.code)) return null;
  const found = decisiveError(attempt);
  if (!found) return null;
  const { error, located } = found;
  if (located.where === 'node') return explainNodeError(error, located);
  if (located.need) return explainNeed(attempt, error, located, located.need);
  if (isModuleRaid(error)) return noWebpack(attempt, error, located);
  if (isNoRequire(attempt, error)) return noRequire(attempt, error, located);
  return {
    cause: {
      message: `${error.headline}, thrown at ${located.file}:${located.line}`,
      ...position(located),
      evidence: [quote(error), `${place(located)}: ${lineOf(located)}`],
    },
    blame: 'library',
  };
}

/** The first error that leads to a line of the library, looked for among those after the last milestone before any other. */
function decisiveError({
  events,
  library,
  surface,
  code,
}: FailedAttempt): { error: SeenError; located: Located } | null {
  const milestone = events.findLast(isOfType('client:authenticated', 'client:qr'))?.at ?? 0;
  const all = seenErrors(events);
  // A flow may have gone on after the failures of calls before the last one.
  const failedCall = all.findLast(({ type }) => type === 'host:call-failed');
  const errors = code === 'call-failed' ? [failedCall].filter((error) => error !== undefined) : all;
  const inOrder = [...errors.filter(({ at }) => at >= milestone), ...errors.filter(({ at }) => at < milestone)];
  let fallback: { error: SeenError; located: Located } | null = null;
  for (const error of inOrder) {
    const located = locateError(error, library.packageDir, surface?.face ?? null);
    if (!located) continue;
    if (located.need || located.where === 'node' || isModuleRaid(error)) return { error, located };
    fallback ??= { error, located };
  }
  return fallback;
}

function explainNeed(
  { surface, events }: FailedAttempt,
  error: SeenError,
  located: Located,
  need: NonNullable<Located['need']>,
): Explanation {
  const consoleLines = telltaleConsole(events).filter((line) =>
    need.places.some(({ name }) => line.includes(`"${name}"`)),
  );
  const missing = missingName(need, surface, consoleLines);
  const alias = aliasSentence(located, need.source, missing.place.name);
  const cause: Cause = {
    message: `${missing.clause}, and ${located.library.needs.library} needs it ${when(need.stage)} (${located.file}:${located.line})`,
    ...(missing.place.by === 'name' ? { module: missing.place.name } : {}),
    ...(missing.place.export === null ? {} : { export: missing.place.export }),
    ...position(located),
    evidence: [
      quote(error),
      `${place(located)} in ${need.function}: \`${need.source}\`${alias}.`,
      ...missing.evidence,
      ...consoleLines.map((line) => `Page console: ${line}`),
    ],
  };
  return { cause, blame: missing.blame };
}

/** Where an alias such as `window.Store.User` was made from the module, when the expression does not name the module. */
function aliasSentence({ library }: Located, source: string, module: string): string {
  if (source.includes(module)) return '';
  const made = library.needs.needs.find(
    ({ places, file }) =>
      places.length === 1 && places[0]?.name === module && places[0].export === null && file.includes('Store'),
  );
  return made ? `, made out of ${module} at ${made.file}:${made.line}` : '';
}

function when(stage: string): string {
  if (stage === 'qr') return 'before the first `qr`';
  if (stage === 'authenticated' || stage === 'ready') return `before \`${stage}\``;
  return `in ${stage.replace(/^(method|event):/, '')}`;
}
