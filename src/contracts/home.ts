import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project or of the installed package: where `compat-matrix`, `canaries` and `sql` are. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The folder of everything that is created at run time: installed libraries, unpacked browsers, the embedded store, artifacts,
 * reports. `WWEBJS_CANARY_HOME`, else `.wwebjs-canary` in the working folder.
 */
export function home(...parts: string[]): string {
  return join(resolve(process.env.WWEBJS_CANARY_HOME ?? '.wwebjs-canary'), ...parts);
}
