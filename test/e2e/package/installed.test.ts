import { existsSync, globSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/contracts/home.ts';
import { ensureLibrary } from '../../../src/library/ensure-library.ts';
import { tryRunner } from '../../package/documented-bot.ts';
import {
  contentsOf,
  installInto,
  pack,
  publishDryRun,
  type UserProject,
  withReplica,
} from '../../package/installed-package.ts';
import { ownHome } from '../../support/own-home.ts';

let packed: Awaited<ReturnType<typeof pack>>;
let project: UserProject;
beforeAll(async () => {
  packed = await pack();
  project = await installInto(packed.tarball, ['--ignore-scripts']);
});

/** What the tarball may have. Each of its files is matched by one of these. */
const contents = [
  /^(?:package\.json|README\.md|CHANGELOG\.md|LICENSE|action\.yml)$/,
  /^bin\/wwebjs-canary\.js$/,
  /^dist\/LICENSES\.txt$/,
  /^dist\/(?:canaries|src)\/(?:[\w@-]+\/)*[\w@-]+\.(?:c?js|d\.ts)$/,
  /^dist\/src\/web\/[\w/.-]+\.css$/,
  /^dist\/src\/replica\/builds\/(?:comet|webpack)\.json$/,
  /^compat-matrix\/(?:[\w./-]+\/)?[\w.-]+\.(?:ya?ml|json|md)$/,
  /^sql\/[\w/-]+\.sql$/,
  /^dashboards\/(?:generated|rules)\/[\w-]+\.(?:json|yml)$/,
  /^deploy\/(?:ci|gate)\/[\w/-]+\.ya?ml$/,
  /^docs\/(?:runbooks\/)?[\w-]+\.md$/,
];

/** The short form of `npm run test:package`. */
describe('the package, installed with npm and --ignore-scripts', () => {
  test('has what a user needs and nothing else, in less than 2 MB', () => {
    expect(packed.size).toBeLessThan(2_000_000);
    const rulesOf = (file: string) => contents.filter((rule) => rule.test(file));
    expect(packed.files.filter((file) => rulesOf(file).length !== 1)).toEqual([]);
    expect(contents.filter((rule) => !packed.files.some((file) => rule.test(file)))).toEqual([]);
    expect(packed.files).toContain('dist/src/replica/page/main.js');
    expect(packed.files).toContain('dist/src/index.d.ts');
    expect(readFileSync(join(project.packageFolder, 'dist', 'LICENSES.txt'), 'utf8')).toMatch(/@noble\/curves .*MIT/);
  });

  test('depends on nothing that its modules and types do not import', () => {
    const { dependencies } = JSON.parse(readFileSync(join(project.packageFolder, 'package.json'), 'utf8'));
    const modules = packed.files.filter((file) => /^dist\/.*\.(?:js|d\.ts)$/.test(file));
    const texts = modules.map((file) => readFileSync(join(project.packageFolder, file), 'utf8')).join('\n');
    const isImported = (name: string) => new RegExp(`(?:from|import|import\\()\\s*['"]${name}['"/]`).test(texts);
    expect(Object.keys(dependencies).filter((name) => !isImported(name))).toEqual([]);
  });

  test('has the style sheets of all pages', async () => {
    const module = './node_modules/wwebjs-canary/dist/src/web/read-styles.js';
    const program = `import { readStyles } from '${module}'; console.log(await readStyles('report', 'history', 'console'));`;
    expect(await project.program('styles.mjs', program)).toContain('.uplot');
  });

  test('would be published unchanged', async () => {
    const report = JSON.parse(await publishDryRun(packed.tarball));
    const [{ name, files }] = 'name' in report ? [report] : (Object.values(report) as [typeof report]);
    expect(name).toBe('wwebjs-canary');
    expect(files.map(({ path }: { path: string }) => path).sort()).toEqual([...packed.files].sort());
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

describe('the programs of docs/api.md', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'api.md'), 'utf8');
  const programs = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const run = (file: string) => {
    const program = programs.find((text) => text.startsWith(`// ${file}`)) ?? '';
    return project.program(file, program, { WWEBJS_CANARY_HOME: ownHome() });
  };

  test('run() attempts a cell and gives its records', async () => {
    const [first, second, ...summary] = (await run('canary.mjs')).trimEnd().split('\n');
    expect([first, second]).toEqual(Array(2).fill('1.34.7 2.3000.1032534684 passed null'));
    expect(summary.join('')).toBe('{ cells: 1, passed: 1, failed: 0, infra: 0, surprises: 0 }');
  });

  test('gate() judges the attempts of a run', async () => {
    expect(await run('gate.mjs')).toMatch(/^inconclusive \S/);
  });
});
