import type { SourceFile } from './read-sources.ts';

/** A name or a function that several files declare. */
export interface Repeated {
  name: string;
  paths: string[];
}

/** Exported names, and names of types even where they are not exported, that several files declare. */
export function findRepeatedNames(files: readonly SourceFile[]): Repeated[] {
  const declared = files.flatMap(({ path, exports, types }) =>
    [...exports.map(({ name }) => name), ...types].map((name) => ({ path, name })),
  );
  return repeatedBy(declared, ({ name }) => name);
}

/** Shorter functions, such as `(a, b) => a - b`, are read faster than an import of them. */
const leastCharacters = 50;

/** Functions with the same parameters and body in several files, exported or not, whatever their names are. */
export function findRepeatedFunctions(files: readonly SourceFile[]): Repeated[] {
  const all = files.flatMap(({ path, functions }) => functions.map((it) => ({ path, ...it })));
  return repeatedBy(
    all.filter(({ code }) => code.length >= leastCharacters),
    ({ code }) => code,
  );
}

function repeatedBy<T extends { name: string; path: string }>(
  items: readonly T[],
  key: (item: T) => string,
): Repeated[] {
  return [...Map.groupBy(items, key).values()].flatMap((same) => {
    const paths = [...new Set(same.map(({ path }) => path))];
    return paths.length > 1 ? [{ name: (same[0] as T).name, paths }] : [];
  });
}
