import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { decisionReasons } from '../../src/contracts/rollout-decision.ts';
import { logEvents } from '../../src/service/log-line.ts';
import { problems } from '../../src/service/problems.ts';

/** The cells of the table rows that begin with a code in backticks, below one heading. */
function rowsOf(file: string, heading: string): string[][] {
  const page = readFileSync(join(packageRoot, 'docs', file), 'utf8');
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section
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
  expect(rowsOf('service-problems.md', 'Problems of the service')).toEqual(expected);
});

test('docs/service.md lists every reason of a decision on a rollout with its meaning, and no other', () => {
  const expected = Object.entries(decisionReasons).map(([reason, meaning]) => [`\`${reason}\``, meaning]);
  expect(rowsOf('service.md', 'Rollouts')).toEqual(expected);
});

test('docs/service.md lists every event of the log with its level and its meaning, and no other', () => {
  const expected = Object.entries(logEvents).map(([event, { level, meaning }]) => [`\`${event}\``, level, meaning]);
  expect(rowsOf('service.md', 'Log')).toEqual(expected);
});
