import { expect, test } from 'vitest';
import { recipes } from '../../canaries/every-method.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { readMatrix } from '../../src/runs/read-plan.ts';
import { libraryIndex } from '../../src/surface/library-index.ts';

/** Methods that no recipe can reach: nothing that the library returns has one. */
const unreachable = new Set(['Product.getData']);

test('every public method of the versions of the matrix has a recipe, and every recipe is of such a method', async () => {
  const versions = [...new Set(readMatrix().blocks.flatMap(({ library }) => library))];
  expect(versions.length).toBeGreaterThan(3);
  const listed = new Set<string>();
  for (const version of versions) {
    const { packageDir } = await ensureLibrary(version, console.log, 'source');
    for (const { name } of libraryIndex(packageDir).publicMethods) listed.add(name);
  }
  const tried = Object.keys(recipes);
  expect([...listed].filter((name) => !tried.includes(name) && !unreachable.has(name))).toEqual([]);
  expect([...unreachable].filter((name) => tried.includes(name))).toEqual([]);
  expect(tried.filter((name) => !listed.has(name))).toEqual([]);
});
