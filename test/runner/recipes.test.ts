import { expect, test } from 'vitest';
import { recipes as eventRecipes, ruledOut } from '../../canaries/every-event.ts';
import { recipes } from '../../canaries/every-method.ts';
import { ensureLibrary } from '../../src/library/ensure-library.ts';
import { readMatrix } from '../../src/runs/read-plan.ts';
import { type LibraryIndex, libraryIndex } from '../../src/surface/library-index.ts';

/** Names in the type definitions of any version of the matrix. */
async function listed(namesOf: (index: LibraryIndex) => string[]): Promise<Set<string>> {
  const versions = [...new Set(readMatrix().blocks.flatMap(({ library }) => library))];
  expect(versions.length).toBeGreaterThan(3);
  const installed = await Promise.all(versions.map((version) => ensureLibrary(version, console.log, 'source')));
  return new Set(installed.flatMap(({ packageDir }) => namesOf(libraryIndex(packageDir))));
}

test('every public method of the versions of the matrix has a recipe, and every recipe is of such a method', async () => {
  const methods = await listed(({ publicMethods }) => publicMethods.map(({ name }) => name));
  const tried = Object.keys(recipes);
  expect([...methods].filter((name) => !tried.includes(name))).toEqual([]);
  expect(tried.filter((name) => !methods.has(name))).toEqual([]);
});

test('every event of the versions of the matrix has a recipe or a reason why nothing causes it, and no other has', async () => {
  const events = await listed(({ publicEvents }) => publicEvents);
  expect(events.size).toBeGreaterThan(30);
  expect([...Object.keys(eventRecipes), ...Object.keys(ruledOut)].sort()).toEqual([...events].sort());
});
