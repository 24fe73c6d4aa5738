import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The folder of the project or of the installed package: where `package.json`, `compat-matrix` and `sql` are. */
export const packageRoot = dirname(findPackageJSON(import.meta.url) as string);

/** The version of wwebjs-canary. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

/**
 * The folder of everything that is created at run time: installed libraries, unpacked browsers, the embedded store, artifacts,
 * reports. `WWEBJS_CANARY_HOME`, else `.wwebjs-canary` in the working folder; an empty value counts as unset.
 */
export function home(...parts: string[]): string {
  return join(resolve(process.env.WWEBJS_CANARY_HOME || '.wwebjs-canary'), ...parts);
}

/**
 * A file of `compat-matrix`: that of the working folder, where a project keeps its own, else that of the package.
 *
 * @param name such as `matrix.yaml`.
 */
export function matrixFile(name: string): string {
  return ownMatrixFile(name) ?? join(packageRoot, 'compat-matrix', name);
}

/** The file of `compat-matrix` in the working folder; null where there is none, and in the folder of the package itself. */
export function ownMatrixFile(name: string): string | null {
  const own = resolve('compat-matrix', name);
  return own !== join(packageRoot, 'compat-matrix', name) && existsSync(own) ? own : null;
}
