import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { contentsOf, installInto, pack, type UserProject, withReplica } from '../../package/installed-package.ts';

/** The short form of `npm run test:package`. */
describe('the package, installed with npm and --ignore-scripts', () => {
  let packed: Awaited<ReturnType<typeof pack>>;
  let project: UserProject;
  beforeAll(async () => {
    packed = await pack();
    project = await installInto(packed.tarball, ['--ignore-scripts']);
  });

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

  test('starts, replicates and is imported, and writes nothing into node_modules', async () => {
    const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    const before = contentsOf(project.packageFolder);
    expect(await project.bin('wwebjs-canary', ['--version'])).toEqual({ stdout: `${version}\n`, stderr: '' });
    await withReplica(project, '2.3000.1029241508', async ({ phoneUrl }) => {
      expect(await (await fetch(`${phoneUrl}/phones`)).json()).toEqual([]);
    });
    const program = `
      import { startReplica } from 'wwebjs-canary';
      await using replica = await startReplica({ build: '2.3000.1029241508' });
      console.log(replica.phones[0].number, replica.findings().length);`;
    expect(await project.program('program.mts', program)).toBe('13125550101 0\n');
    expect(contentsOf(project.packageFolder)).toEqual(before);
    expect(existsSync(join(project.packageFolder, '.wwebjs-canary'))).toBe(false);
  });
});
