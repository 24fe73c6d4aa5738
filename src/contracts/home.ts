import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The folder of the project or of the installed package: where `package.json`, `compat-matrix` and `sql` are. */
export const packageRoot = dirname(findPackageJSON(import.meta.url) as string);

/**
 * The folder of everything that is created at run time: installed libraries, unpacked browsers, the embedded store, artifacts,
 * reports. `WWEBJS_CANARY_HOME`, else `.wwebjs-canary` in the working folder.
 */
export function home(...parts: string[]): string {
  return join(resolve(process.env.WWEBJS_CANARY_HOME ?? '.wwebjs-canary'), ...parts);
}
