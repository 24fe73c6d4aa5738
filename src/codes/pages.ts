import { attemptCodes, blameOf, codes, isInfra, sessionCauses } from './codes.ts';
import { blames } from './words.ts';

/** The command that writes the pages, for messages and for the pages themselves. */
export const writePages = 'node scripts/write-code-pages.ts';

/** `docs/codes.md`. */
export function codesPage(): string {
  const rows = attemptCodes.map((code) => {
    const { what, blame, phase, todo } = codes[code];
    const name = 'hasRunbook' in codes[code] ? `[\`${code}\`](runbooks/${code}.md)` : `\`${code}\``;
    return [name, what, phase ?? 'any', blame, todo];
  });
  return `# Codes of failed attempts

Look up the code of a failed attempt here: what happened, whose fault it is, and what to do.

A code names what happened, the blame says whose it is, and the cause of the attempt says why, with proof. The blame in this
table holds unless the cause proves another: a build that removed a name is to blame for a library that needs it, and a library
that asks for a name which no known build ever had is to blame itself.

Blames: ${blames.join(', ')}.

These codes end in the outcome \`infra\`, which says nothing about the library: ${attemptCodes
    .filter(isInfra)
    .map((code) => `\`${code}\``)
    .join(', ')}.
All others end in \`failed\`.

This page is generated from \`src/codes/codes.ts\` by \`${writePages}\`.

${table(['code', 'what happened', 'phase', 'blame', 'what to do'], rows)}
`;
}

const retryWords = {
  always: 'yes',
  'after-login': 'once a login was accepted',
  endless: 'once a login was accepted, without end',
  'endless-with-attention': 'once a login was accepted, without end; needs attention',
  never: 'no',
} as const;

/** The list of causes in `docs/service.md`. */
export function causesTable(): string {
  const rows = sessionCauses.map((cause) => {
    const { what, retry, todo } = codes[cause];
    const blame = blameOf(cause);
    return [`\`${cause}\``, what, blame ?? '', blame === null ? '' : retryWords[retry], todo ?? ''];
  });
  return table(['cause', 'meaning', 'blame', 'started again', 'what to do'], rows);
}

/** `docs/service.md` with the present list of causes. */
export function servicePage(page: string): string {
  return page.replace(/^\| cause \|[^\n]*(?:\n\|[^\n]*)*/m, () => causesTable());
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) =>
    `| ${cells.join(' | ')} |`.replace(/\| {2,}\|/g, '| |'),
  );
  return lines.join('\n').replaceAll('| --- ', '|---').replaceAll('|--- |', '|---|');
}
