import { existsSync, globSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { tryRunner } from '../../package/documented-bot.ts';
import { contentsOf, installInto, pack, type UserProject, withReplica } from '../../package/installed-package.ts';

let packed: Awaited<ReturnType<typeof pack>>;
let project: UserProject;
beforeAll(async () => {
  packed = await pack();
  project = await installInto(packed.tarball, ['--ignore-scripts']);
});

/** The short form of `npm run test:package`. */
describe('the package, installed with npm and --ignore-scripts', () => {
  test('has what a user needs and nothing else, in less than 2 MB', () => {
    expect(packed.size).toBeLessThan(2_000_000);
    const folders = new Set(packed.files.map((file) => file.split('/')[0]));
    expect([...folders].sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        'bin',
        'compat-matrix',
        'dashboards',
        'deploy',
        'dist',
        'docs',
        'package.json',
        'sql',
      ].sort(),
    );
    expect(packed.files.filter((file) => /(?:^|\/)tests?\/|\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
    expect(packed.files).toContain('dist/src/replica/page/main.js');
    expect(packed.files).toContain('dist/src/index.d.ts');
    expect(readFileSync(join(project.packageFolder, 'dist', 'LICENSES.txt'), 'utf8')).toMatch(/@noble\/curves .*MIT/);
  });

  test('has every file that is started by its path', () => {
    const started = globSync('src/**/*.ts', { cwd: packageRoot }).flatMap((file) => {
      const text = readFileSync(join(packageRoot, file), 'utf8');
      const names = [...text.matchAll(/(?:`\.\/|'extract', `)([\w-]+)\$\{ext/g)].map(([, name = '']) => name);
      const folder = text.includes("'extract', `") ? join(dirname(file), 'extract') : dirname(file);
      return names.map((name) => `dist/${join(folder, name)}.js`);
    });
    expect(started).toContain('dist/src/runner/user-flow-thread.js');
    expect(started).toContain('dist/src/surface/extract/index-library-main.js');
    expect(started.filter((file) => !packed.files.includes(file))).toEqual([]);
  });

  test('starts, replicates and is imported, and writes nothing into node_modules', async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const before = contentsOf(project.packageFolder);
    expect(await project.bin('wwebjs-canary', ['--version'])).toEqual({ stdout: `${version}\n`, stderr: '' });
    await withReplica(project, '2.3000.1029241508', async ({ phoneUrl }) => {
      expect(await (await fetch(`${phoneUrl}/phones`)).json()).toEqual([]);
    });
    const program = `
      import { startReplica } from 'wwebjs-canary';
      const replica = await startReplica({ build: '2.3000.1029241508' });
      console.log(replica.phones[0].number, replica.findings().length);
      await replica.close();`;
    expect(await project.program('program.mjs', program)).toBe('13125550101 0\n');
    expect(contentsOf(project.packageFolder)).toEqual(before);
    expect(existsSync(join(project.packageFolder, '.wwebjs-canary'))).toBe(false);
  });
});

describe('the programs of docs/test-your-bot.md', () => {
  beforeAll(async () => {
    const { packageDir } = await ensureLibrary('1.34.7', () => {});
    // Links, because other downloads would prove nothing more.
    const modules = join(project.folder, 'node_modules');
    symlinkSync(packageDir, join(modules, 'whatsapp-web.js'));
    symlinkSync(join(packageRoot, 'node_modules', 'vitest'), join(modules, 'vitest'));
  });

  test('a fixture of Vitest passes, fails with a broken bot, and fails at a stub', () =>
    tryRunner(project.folder, 'vitest'));
});
