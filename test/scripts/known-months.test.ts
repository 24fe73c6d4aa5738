import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownMonths, withKnownMonths } from '../../scripts/builds/known-months.ts';
import { packageRoot } from '../../src/contracts/home.ts';

test('docs/builds.md shows what is known per month: else run node scripts/write-known-months.ts', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'builds.md'), 'utf8');
  expect(page).toBe(withKnownMonths(page));
});

test('every month from the first Comet build to the newest known one is there, with its archives', () => {
  const months = knownMonths();
  expect([months[0]?.month, months.at(-1)?.month]).toEqual(['2024-03', '2026-10']);
  expect(months).toHaveLength(32);
  expect(months.find(({ month }) => month === '2026-04')?.archives).toEqual(['whole', 'whole']);
  expect(months.find(({ month }) => month === '2025-06')?.archives).toEqual(['part']);
});
