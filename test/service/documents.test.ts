import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { decisionReasons } from '../../src/contracts/rollout-decision.ts';
import { causes } from '../../src/service/causes.ts';
import { problems } from '../../src/service/problems.ts';

/** The cells of the table rows that begin with a code in backticks. */
function rowsOf(file: string): string[][] {
  return readFileSync(join(packageRoot, 'docs', file), 'utf8')
    .split('\n')
    .filter((line) => /^\| `[\w-]+` \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test('docs/service-problems.md lists every code with its status and meaning, and no other', () => {
  const expected = Object.entries(problems).map(([code, { status, title }]) => [`\`${code}\``, String(status), title]);
  expect(rowsOf('service-problems.md')).toEqual(expected);
});

test('docs/service.md lists every reason of a decision on a rollout with its meaning, and no other', () => {
  const reasons = Object.entries(decisionReasons).map(([reason, meaning]) => [`\`${reason}\``, meaning]);
  const table = rowsOf('service.md').slice(-Object.keys(causes).length - reasons.length, -Object.keys(causes).length);
  expect(table).toEqual(reasons);
});

test('docs/service.md lists every cause with its meaning, and no other', () => {
  const table = rowsOf('service.md').slice(-Object.keys(causes).length);
  expect(table).toEqual(Object.entries(causes).map(([cause, meaning]) => [`\`${cause}\``, meaning]));
});
