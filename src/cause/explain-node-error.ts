import { lineOf, place, position, quote } from './cite.ts';
import type { Explanation } from './failed-attempt.ts';
import type { Located } from './locate-error.ts';
import type { SeenError } from './seen-errors.ts';

/** An error that the library's code threw in Node. */
export function explainNodeError(error: SeenError, located: Located): Explanation {
  const source = destructured(error, located);
  const evidence = [quote(error), `${place(located)}: ${lineOf(located)}`];
  if (!source) {
    return {
      cause: {
        message: `${error.headline}, thrown at ${located.file}:${located.line}`,
        ...position(located),
        evidence,
      },
      blame: 'library',
    };
  }
  const strategy = /authStrategy\.(\w+)\(/.exec(source)?.[1];
  if (!strategy) {
    const message = `\`${source}\` gave nothing, and ${located.file}:${located.line} takes members of it`;
    return { cause: { message, ...position(located), evidence }, blame: 'library' };
  }
  return {
    cause: {
      message: `the auth strategy returned nothing from ${strategy}(), and ${located.library.needs.library} takes members of the result (${located.file}:${located.line})`,
      ...position(located),
      evidence: [...evidence, ...ownStrategySentence(located, strategy)],
    },
    blame: 'harness',
  };
}

/** The expression whose result was taken apart at the line, for `Cannot destructure property …`. */
function destructured({ headline }: SeenError, { library, file, line }: Located): string | null {
  if (!/Cannot destructure property/.test(headline)) return null;
  return library.takenApart.find((entry) => entry.file === file && entry.line === line)?.source ?? null;
}

function ownStrategySentence({ library }: Located, method: string): string[] {
  const own = library.functions.find(({ name }) => name === `BaseAuthStrategy.${method}`);
  if (!own) return [];
  return [
    `The library's own strategies return an object there (${own.file}:${own.line}): this one is not the library's.`,
  ];
}
