import { globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { importsOf } from '../imports-of.ts';
import { findCircles } from './find-circles.ts';
import { findRepeatedFunctions, findRepeatedNames } from './find-repeated.ts';
import { findShortFiles } from './find-short-files.ts';
import { readSource, readSources } from './read-sources.ts';

/** Short files that stand alone for a reason that no rule can see. */
const standsAlone: Readonly<Record<string, string>> = {
  'web/history/valid-language.ts': 'has to be evaluated before uPlot is loaded, which only a module of its own can do',
};

const src = join(packageRoot, 'src');
const files = readSources(src);
const tests = globSync('test/**/*.test.ts', { cwd: packageRoot }).map((path) => join(packageRoot, path));
const tested = new Set(
  tests.flatMap((file) => importsOf(file).map(({ specifier }) => relative(src, join(dirname(file), specifier)))),
);

// Which folder may import which is in test/import-rules.ts.
describe('architecture of src', () => {
  test('there is something to check', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(tested.size).toBeGreaterThan(100);
  });

  test('the parts of a folder do not import each other in a circle', () => {
    expect(findCircles(files)).toEqual([]);
  });

  test('a name is declared once: exported ones, and those of all types', () => {
    expect(findRepeatedNames(files)).toEqual([]);
  });

  test('no function is written twice', () => {
    expect(findRepeatedFunctions(files)).toEqual([]);
  });

  test('a short file that one other file imports is part of that file', () => {
    const short = findShortFiles(files, tested).filter(({ path }) => !Object.hasOwn(standsAlone, path));
    expect(short).toEqual([]);
  });

  test('what stands alone is there, and would be found otherwise', () => {
    const short = findShortFiles(files, tested).map(({ path }) => path);
    expect(short).toEqual(expect.arrayContaining(Object.keys(standsAlone)));
  });
});

describe('what the rules find', () => {
  const read = (sources: Record<string, string>) =>
    Object.entries(sources).map(([path, text]) => readSource(path, text));

  test('a circle through types, over several folders, and between a folder and the files above it', () => {
    const circles = findCircles(
      read({
        'a/one.ts': "import type { Two } from '../b/two.ts';",
        'b/two.ts': "export { three } from '../c/three.ts';",
        'c/three.ts': "export type One = import('../a/one.ts').One;",
        'd/above.ts': "import { below } from './e/below.ts';",
        'd/e/below.ts': "import { above } from '../above.ts';",
        'd/e/other.ts': "import { below } from './below.ts';",
        'f/user.ts': "import { one } from '../a/one.ts';",
      }),
    );
    expect(circles.map(({ folder, imports }) => [folder, imports.length])).toEqual([
      ['.', 3],
      ['d', 2],
    ]);
  });

  test('a name that two files export, and a function that two files write, whatever it is called', () => {
    const files = read({
      'a.ts':
        'export interface Step { at: number }\nfunction sum(values: number[]) {\n  return values.reduce((a, b) => a + b, 0);\n}',
      'b.ts':
        'export type Step = 1;\nexport function total(values: number[]) { return values.reduce((a, b) => a + b, 0); }',
    });
    expect(findRepeatedNames(files)).toEqual([{ name: 'Step', paths: ['a.ts', 'b.ts'] }]);
    expect(findRepeatedFunctions(files)).toEqual([{ name: 'sum', paths: ['a.ts', 'b.ts'] }]);
  });

  test('a short file, unless it is tested, an entry, or imported twice', () => {
    const entries = ['b', 'c', 'd', 'e'].map(
      (name) => [`kinds/${name}.ts`, `export const ${name}: Kind = {};`] as const,
    );
    const importAll = entries.map(([path], i) => `import { e${i} } from './${path}';`).join('\n');
    const files = read({
      ...Object.fromEntries(entries),
      'kinds.ts': `${importAll}\nimport { short } from './short.ts';\nimport { both } from './both.ts';\nimport { sum } from './sum.ts';\nimport { file } from './file.ts';`,
      'other.ts': "import { both } from './both.ts';",
      'short.ts': 'export const short = 1;',
      'both.ts': 'export const both = 1;',
      'sum.ts': 'export const sum = (a: number, b: number) => a + b;',
      'file.ts': "import { readFileSync } from 'node:fs';",
    });
    const found = findShortFiles(files, new Set(['sum.ts', 'file.ts']));
    expect(found.map(({ path }) => path)).toEqual(['short.ts', 'file.ts']);
  });
});
