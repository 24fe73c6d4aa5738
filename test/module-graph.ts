import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { importsOf } from './imports-of.ts';

export interface LoadedFile {
  file: string;
  /** What it loads that is no file of the project: `node:fs`, `zod`. */
  modules: string[];
}

interface Loads extends LoadedFile {
  files: string[];
}

const known = new Map<string, Loads>();

/** A source file and all others of the project that it loads, itself or by way of others. Absolute paths. */
export function reachedFrom(file: string): LoadedFile[] {
  const reached = new Set([file]);
  for (const one of reached) for (const next of loadsOf(one).files) reached.add(next);
  return [...reached].map(loadsOf);
}

function loadsOf(file: string): Loads {
  const found = known.get(file) ?? readLoads(file);
  known.set(file, found);
  return found;
}

function readLoads(file: string): Loads {
  const specifiers = importsOf(file).flatMap(({ specifier, typesOnly }) => (typesOnly ? [] : [specifier]));
  const isRelative = (specifier: string) => specifier.startsWith('.');
  const paths = specifiers.filter(isRelative).map((specifier) => join(dirname(file), specifier));
  return {
    file,
    files: paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path) && existsSync(path)),
    modules: specifiers.filter((specifier) => !isRelative(specifier)),
  };
}
