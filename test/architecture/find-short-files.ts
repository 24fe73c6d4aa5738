import { dirname } from 'node:path';
import type { SourceFile } from './read-sources.ts';

/** Shorter files have to be worth the step into them. */
const leastLines = 30;

/** So many other entries of the same kind make a registry. */
const otherEntries = 3;

/**
 * Short files that one other file imports, though neither pure with a test of their own nor entries of a registry: they
 * belong into the file that imports them.
 *
 * @param tested files of `src` that a test imports.
 */
export function findShortFiles(
  files: readonly SourceFile[],
  tested: ReadonlySet<string>,
): { path: string; importer: string }[] {
  return files
    .filter(({ lines }) => lines < leastLines)
    .flatMap((file) => {
      const importers = files.filter(({ imports }) => imports.includes(file.path));
      const [importer] = importers;
      if (!importer || importers.length > 1) return [];
      if (isTested(file, tested) || isEntry(file, importer, files)) return [];
      return [{ path: file.path, importer: importer.path }];
    });
}

function isTested({ path, specifiers }: SourceFile, tested: ReadonlySet<string>): boolean {
  return tested.has(path) && !specifiers.some((specifier) => specifier.startsWith('node:'));
}

/** True when the importer also takes other files of the same folder that export the same kind of thing. */
function isEntry(file: SourceFile, importer: SourceFile, files: readonly SourceFile[]): boolean {
  const kinds = new Set(file.exports.map(({ kind }) => kind));
  const others = files.filter(
    ({ path, exports }) =>
      path !== file.path &&
      dirname(path) === dirname(file.path) &&
      importer.imports.includes(path) &&
      exports.some(({ kind }) => kinds.has(kind)),
  );
  return others.length >= otherEntries;
}
