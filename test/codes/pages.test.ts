import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codes } from '../../src/codes/codes.ts';
import { codesPage, servicePage, writePages } from '../../src/codes/pages.ts';
import { packageRoot } from '../../src/contracts/home.ts';

const read = (name: string) => readFileSync(join(packageRoot, 'docs', name), 'utf8');

test.each([
  ['codes.md', codesPage],
  ['service.md', () => servicePage(read('service.md'))],
])('docs/%s says of codes and causes what src/codes/codes.ts says', (name, render) => {
  expect(read(name), `run ${writePages}`).toBe(render());
});

test('docs/service.md has a list of causes to replace', () => {
  expect(servicePage('# A page\n\n| cause | meaning |\n|---|---|\n| `x` | y |\n\nThe end\n')).toMatch(
    /^# A page\n\n\| cause \|(?:[^\n]*\n\|)*[^\n]*`profile-unavailable`[^\n]*\n\nThe end\n$/,
  );
});

test('no text of a code would break the table', () => {
  for (const { what, todo } of Object.values(codes)) expect(`${what}${todo}`).not.toMatch(/[|\n]/);
});
