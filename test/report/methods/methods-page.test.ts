import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recipes as eventRecipes, ruledOut } from '../../../canaries/every-event.ts';
import { recipes } from '../../../canaries/every-method.ts';
import { readMatrix } from '../../../src/runs/read-plan.ts';

const page = readFileSync('docs/methods.md', 'utf8');
const rows = [...page.matchAll(/^\| `(\w+\.\w+)` \|((?: [a-z ]+ \|)+)$/gm)].map(([, name, words]) => ({
  name,
  words: (words ?? '')
    .split('|')
    .map((word) => word.trim())
    .slice(0, -1),
}));

test('docs/methods.md has every method that is tried, and a column for each version of the matrix: else run node scripts/write-methods-page.ts', () => {
  expect(Object.keys(recipes).filter((name) => !rows.some((row) => row.name === name))).toEqual([]);
  const [head = ''] = /^\| method \|.*$/m.exec(page) ?? [];
  const versions = new Set(readMatrix().blocks.flatMap(({ library }) => library));
  expect([...versions].filter((version) => !head.includes(` ${version} on `))).toEqual([]);
});

test('docs/methods.md has every event, and each comes or cannot come', () => {
  const events = [...page.matchAll(/^\| `(\w+)` \|((?: [a-z ]+ \|){4,})$/gm)];
  const known = [...Object.keys(eventRecipes), ...Object.keys(ruledOut)];
  expect(events.map(([, name]) => name).sort()).toEqual(known.sort());
  const words = events.flatMap(([, , cells = '']) => cells.split('|').flatMap((word) => word.trim() || []));
  expect(new Set(words)).toEqual(new Set(['comes', 'cannot come', 'not modelled', 'not there']));
});

test('at least 94 % of the methods of 1.34.7 and of 1.33.2 work, or fail as the facts predict', () => {
  const columns =
    /^\| method \|(.*)\|$/m
      .exec(page)?.[1]
      ?.split('|')
      .map((title) => title.trim()) ?? [];
  for (const title of ['1.34.7 on 2.3000.1032534684', '1.33.2 on 2.3000.1029241508']) {
    const at = columns.indexOf(title);
    expect(at).toBeGreaterThanOrEqual(0);
    const words = rows.map((row) => row.words[at]).filter((word) => word !== 'not there');
    const good = words.filter((word) => word === 'works' || word === 'fails as predicted');
    expect(good.length / words.length, title).toBeGreaterThan(0.94);
  }
});
