import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundles } from '../src/bundle/bundle.ts';
import { packageRoot } from '../src/contracts/home.ts';
import { childBundle } from '../src/host/child-file.ts';
import { runTool } from './test/run-tool.ts';

/**
 * `npm run build`: makes `dist`, what the package runs. Modules are compiled one by one; the code of pages and of the host process
 * is bundled under the path of its entry, where `bundle()` and `childFile()` look for it.
 */
const dist = join(packageRoot, 'dist');
const inDist = (path: string) => join(dist, 'src', path);

rmSync(dist, { recursive: true, force: true });
process.exitCode = await runTool('tsc', ['-p', 'tsconfig.build.json']);
if (process.exitCode === 0) {
  const metafiles = await Promise.all([
    ...Object.values(bundles).map(({ entry, ...options }) => {
      const entryPoints = [join(packageRoot, 'src', `${entry}.ts`)];
      return bundleInto(`${entry}.js`, { ...options, entryPoints, bundle: true });
    }),
    bundleInto('host/child/main.js', childBundle),
    // Jest reads CommonJS.
    bundleInto('jest.cjs', {
      entryPoints: [join(packageRoot, 'src', 'jest.ts')],
      bundle: true,
      format: 'cjs',
      platform: 'node',
      external: ['@jest/globals'],
    }),
  ]);
  for (const file of globSync(['src/web/**/*.css', 'canaries/**/*.cjs'], { cwd: packageRoot }))
    cpSync(join(packageRoot, file), join(dist, file));
  writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(metafiles));
}

async function bundleInto(path: string, options: Parameters<typeof build>[0]): Promise<Metafile> {
  const { metafile } = await build({ ...options, outfile: inDist(path), legalComments: 'none', metafile: true });
  return metafile as Metafile;
}

/**
 * The licences of the packages that are in the bundles.
 *
 * @throws Error for a package without a licence file: it cannot be passed on.
 */
function licencesOf(metafiles: readonly Metafile[]): string {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const [file] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder });
    if (file === undefined) throw new Error(`${name} is bundled and has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `The scripts of this package contain code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
