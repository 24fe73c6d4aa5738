import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Code, codes } from '../../src/contracts/codes.ts';
import { packageRoot } from '../../src/contracts/home.ts';
import { blames } from '../../src/contracts/outcome.ts';
import { outcomeOf } from '../../src/runner/classify.ts';

/** `docs/codes.md` as `codes.ts` wants it; `npx vitest run test/contracts -u` writes it. */
function renderCodesPage(): string {
  const rows = Object.entries(codes).map(
    ([code, { what, blame, todo }]) => `| \`${code}\` | ${what} | ${blame} | ${todo} |`,
  );
  const infra = (Object.keys(codes) as Code[]).filter((code) => outcomeOf(code) === 'infra');
  return `# What a failed attempt can be called

A code names what happened, the blame says whose it is, and the cause of the attempt says why, with proof. The blame in this
table holds unless the cause proves another: a build that removed a name is to blame for a library that needs it, and a library
that asks for a name which no known build ever had is to blame itself.

Blames: ${blames.join(', ')}.

These codes end in the outcome \`infra\`, which says nothing about the library: ${infra.map((code) => `\`${code}\``).join(', ')}.
All others end in \`failed\`.

This page is made out of \`src/contracts/codes.ts\` by \`npx vitest run test/contracts -u\`.

| code | what happened | blame | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

test('docs/codes.md says of every code what src/contracts/codes.ts says', async () => {
  await expect(renderCodesPage()).toMatchFileSnapshot(join(packageRoot, 'docs', 'codes.md'));
});

test('no text of a code would break the table', () => {
  for (const { what, todo } of Object.values(codes)) expect(`${what}${todo}`).not.toMatch(/[|\n]/);
});
