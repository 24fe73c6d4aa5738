import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { bundles } from '../src/bundle/bundle.ts';
import { packageRoot } from '../src/contracts/home.ts';
import { faces } from '../src/contracts/surface.ts';
import { childBundle } from '../src/host/child-file.ts';
import { makeRecord } from '../src/replica/builds/kept-timeline.ts';
import { runTool } from './test/run-tool.ts';

/**
 * `npm run build`: makes `dist`, what the package runs. Modules are compiled one by one, and what no entry of `tsconfig.build.json` loads
 * is removed; the code of pages and of the host process is bundled under the path of its entry, where `bundle()` and `childFile()`
 * look for it.
 */
const dist = join(packageRoot, 'dist');
const inDist = (path: string) => join(dist, 'src', path);

/** Zod's messages in fifty languages, of which the pages use English alone: almost 40 kB of each packed bundle. */
const withoutLocales: Plugin = {
  name: 'without-locales',
  setup(bundling) {
    bundling.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

rmSync(dist, { recursive: true, force: true });
process.exitCode = await runTool('tsc', ['-p', 'tsconfig.build.json']);
if (process.exitCode === 0) {
  await removeUnused();
  await removeComments();
  const metafiles = await Promise.all([
    ...Object.values(bundles).map(({ entry, ...options }) => {
      const entryPoints = [join(packageRoot, 'src', `${entry}.ts`)];
      return bundleInto(`${entry}.js`, { ...options, entryPoints, bundle: true });
    }),
    bundleInto('host/child/main.js', childBundle),
    // Its packages are 160 small ones, which nothing else needs.
    bundleInto('gate/statistics/normal.js', {
      entryPoints: [join(packageRoot, 'src', 'gate', 'statistics', 'normal.ts')],
      bundle: true,
      format: 'esm',
      mainFields: ['main'],
    }),
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
  cpSync(join(packageRoot, 'node_modules/uplot/dist/uPlot.min.css'), inDist('web/uPlot.min.css'));
  // What src/replica/builds/kept-timeline reads.
  for (const face of faces) writeFileSync(inDist(`replica/builds/${face}.json`), makeRecord(face));
  writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(metafiles));
}

/** Comments are for readers of the source: 130 kB of the packed size. Types and the flows, which users read, keep theirs. */
async function removeComments(): Promise<void> {
  for (const file of globSync('**/*.js', { cwd: inDist('') })) {
    const { code } = await transform(readFileSync(inDist(file), 'utf8'), { legalComments: 'inline' });
    writeFileSync(inDist(file), code);
  }
}

/** Removes modules that no entry loads, which are in bundles only, and types that no face of the package names. */
async function removeUnused(): Promise<void> {
  const { include } = JSON.parse(readFileSync(join(packageRoot, 'tsconfig.build.json'), 'utf8')) as {
    include: string[];
  };
  const entryPoints = globSync(include, { cwd: packageRoot }).map((file) => join(dist, file.replace(/\.ts$/, '.js')));
  const loading = { bundle: true, packages: 'external', platform: 'node', format: 'esm', write: false } as const;
  const { metafile } = await build({ ...loading, entryPoints, outdir: dist, absWorkingDir: dist, metafile: true });
  const { exports } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    exports: Record<string, { types?: string }>;
  };
  const types = Object.values(exports).flatMap((face) =>
    face.types === undefined ? [] : [join(packageRoot, face.types)],
  );
  const used = new Set([...Object.keys(metafile.inputs), ...namedTypes(types).map((file) => relative(dist, file))]);
  for (const file of globSync(['**/*.js', '**/*.d.ts'], { cwd: dist }).filter((file) => !used.has(file))) {
    rmSync(join(dist, file));
    rmSync(join(dist, `${file}.map`), { force: true });
  }
}

/** Files of types, and all that they import. */
function namedTypes(files: readonly string[]): string[] {
  const found = new Set(files);
  for (const file of found) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g))
      found.add(join(dirname(file), `${specifier}.d.ts`));
  }
  return [...found];
}

async function bundleInto(path: string, options: Parameters<typeof build>[0]): Promise<Metafile> {
  const plugins = [withoutLocales];
  const { metafile } = await build({
    ...options,
    outfile: inDist(path),
    legalComments: 'none',
    metafile: true,
    plugins,
  });
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
  const licences = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const [file] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder });
    if (file === undefined) throw new Error(`${name} is bundled and has no licence file`);
    // The Apache licence asks for the notice to be passed on.
    const files = [file, ...globSync('NOTICE*', { cwd: folder })];
    const text = files.map((each) => readFileSync(join(folder, each), 'utf8').trim()).join('\n\n');
    return { title: `${name} ${version} (${license})`, text };
  });
  // Packages of one author have the same text.
  const texts = [...Map.groupBy(licences, ({ text }) => text)].map(
    ([text, its]) => `${its.map(({ title }) => title).join('\n')}\n\n${text}\n`,
  );
  return `The scripts of this package contain code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
