import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

export interface Import {
  /** As it is written: `../store/open-store.ts`, `node:fs`, `zod`. */
  specifier: string;
  /** True for `import type` and `export type`, which load nothing when the program runs. */
  typesOnly: boolean;
}

/** Everything that a source file imports or exports from elsewhere; of dynamic imports those with a literal. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module;
  return [
    ...staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      typesOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) =>
        moduleRequest ? [{ specifier: moduleRequest.value, typesOnly: isType }] : [],
      ),
    ),
    ...dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      specifier: text.slice(start, end).slice(1, -1),
      typesOnly: false,
    })),
  ];
}
