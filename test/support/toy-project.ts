import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { home, packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { installToy } from './toy-installation.ts';

/** Two toy versions without a browser: one passes the flow of `toyFiles`, the other ends its process when it starts. */
export const toys = { works: '0.0.1', fails: '0.0.2' };

/** Makes a home with both toys, in which this test and the processes that it starts then work. */
export async function toyHome(): Promise<string> {
  const folder = temporaryFolder();
  symlinkSync(home('browsers'), join(folder, 'browsers'));
  vi.stubEnv('WWEBJS_CANARY_HOME', folder);
  await installToy('obedient', toys.works);
  await installToy('exits', toys.fails);
  return folder;
}

export const toyFlow = './shows-a-code.mts';

/** Files of a project that attempts toys every night, by their paths. @param nightly lines of `nightly.yaml` */
export function toyFiles(
  libraries: readonly string[],
  builds: readonly string[],
  nightly: string,
): Record<string, string> {
  return {
    [toyFlow]: `import { flow } from '${packageRoot}/src/runner/flow.ts';
export default flow('shows-a-code', async ({ client }) => { await client.start(); await client.qr(); });\n`,
    'compat-matrix/matrix.yaml': `schemaVersion: 1
blocks:
  - { library: [${libraries}], build: [${builds}], flow: [${toyFlow}] }\n`,
    'compat-matrix/nightly.yaml': `schemaVersion: 1\n${nightly}\n`,
  };
}
