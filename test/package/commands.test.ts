import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { beforeAll, describe, expect, test } from 'vitest';
import { home, packageRoot } from '../../src/contracts/home.ts';
import { contentsOf, installInto, pack, type UserProject, withReplica } from './installed-package.ts';

const build = '2.3000.1032534684';
const read = (file: string) => JSON.parse(readFileSync(join(packageRoot, file), 'utf8'));

let project: UserProject;
beforeAll(async () => {
  const { tarball } = await pack();
  const types = `@types/node@${read('package.json').devDependencies['@types/node']}`;
  project = await installInto(tarball, ['--no-ignore-scripts', types]);
});

describe('the package, installed with npm', () => {
  test('doctor keeps to the working folder', async () => {
    const { stdout } = await project.bin('wwebjs-canary', ['doctor']).catch((ended) => ended);
    expect(stdout).toContain(join(project.folder, '.wwebjs-canary'));
  });

  test('surface check reads a library and answers, and writes nothing into node_modules', async () => {
    const before = contentsOf(project.packageFolder);
    const check = ['surface', 'check', '1.34.7', '--build', build];
    const { stdout } = await project.bin('wwebjs-canary', check, { WWEBJS_CANARY_HOME: home() });
    expect(stdout).toContain('1.34.7');
    expect(contentsOf(project.packageFolder)).toEqual(before);
  });

  test('replica listens and answers', async () => {
    await withReplica(project, build, async ({ url, chromiumArgs, phoneUrl }) => {
      expect(url).toBe('https://web.whatsapp.com/');
      expect(chromiumArgs[0]).toContain('web.whatsapp.com');
      const phone = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"number":"13125550101"}',
      };
      expect((await fetch(`${phoneUrl}/phones`, phone)).status).toBe(200);
    });
  });

  test('a run with a flow of the package and one of the user attempts, judges and reports', async () => {
    writeFileSync(
      join(project.folder, 'my-flow.ts'),
      `import { flow, linkByQr } from 'wwebjs-canary';\nexport default flow('mine', async (context: any) => linkByQr(context));\n`,
    );
    const options = [
      '--library',
      '1.34.7',
      '--build',
      build,
      '--flow',
      'qr-to-ready,./my-flow.ts',
      '--ignore-expectations',
    ];
    const report = join(project.folder, 'report.json');
    const ended = await project
      .bin('wwebjs-canary', ['run', ...options, '--reporter', `json=${report},html=${join(project.folder, 'html')}`], {
        WWEBJS_CANARY_HOME: home(),
      })
      .catch((error) => error);
    expect(existsSync(report), ended.stderr).toBe(true);
    expect(JSON.parse(readFileSync(report, 'utf8')).summary).toMatchObject({ cells: 2, passed: 2 });
  });

  test('is imported by ESM and required by CommonJS', async () => {
    const use = `replica.phones[0].number); await replica.close(); })();`;
    const start = `(async () => { const replica = await startReplica({ build: '${build}' }); console.log(`;
    const esm = `import { startReplica, flow, linkByQr } from 'wwebjs-canary';\n${start}${use}`;
    const cjs = `const { startReplica, flow, linkByQr } = require('wwebjs-canary');\n${start}${use}`;
    expect(await project.program('esm.mjs', esm)).toBe('13125550101\n');
    expect(await project.program('cjs.cjs', cjs)).toBe('13125550101\n');
  });

  test.each(['mts', 'cts'])('its types hold under strict settings (.%s)', async (ending) => {
    const program = `
import { type Flow, flow, linkByQr, type ReplicaFinding, startReplica } from 'wwebjs-canary';
export const mine: Flow = flow('mine', async (context) => {
  await linkByQr(context);
  const { reason }: { reason: string } = await context.client.disconnected();
  // @ts-expect-error there is no such step
  await context.client.dance(reason);
});
export async function use(): Promise<ReplicaFinding[]> {
  await using replica = await startReplica({ build: '${build}', conditions: ['socket-drop'] });
  const [phone] = replica.phones;
  await phone?.scan('qr');
  const text: string | undefined = (await phone?.received(/pong/, { timeoutMs: 1 }))?.body;
  // @ts-expect-error a build is text
  await startReplica({ build: 2.3 });
  return text === undefined ? [] : replica.findings();
}
`;
    writeFileSync(join(project.folder, `strict.${ending}`), program);
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable', 'dom'],
      types: ['node'],
      noEmit: true,
    };
    const config = join(project.folder, `tsconfig.${ending}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions: options, files: [`strict.${ending}`] }));
    const { stdout } = await project.tsc(config);
    expect(stdout).toBe('');
  });
});

describe('the Node that the package needs', () => {
  const { engines, dependencies } = read('package.json');

  test('is one that every dependency runs on', () => {
    const { packages } = read('package-lock.json');
    const refusing = Object.entries<{ dev?: boolean; optional?: boolean; engines?: { node?: string } }>(
      packages,
    ).filter(
      ([path, { dev, optional, engines: own }]) =>
        path !== '' && !dev && !optional && own?.node !== undefined && !semver.subset(engines.node, own.node),
    );
    expect(Object.keys(dependencies).length).toBeGreaterThan(0);
    expect(refusing.map(([path, { engines: own }]) => `${path}: ${own?.node}`)).toEqual([]);
  });

  test.each(['20.19.0', '22.17.9', '22.18.0', '23.11.0', '24.0.0', '26.1.0'])(
    'is checked by the command: %s',
    async (node) => {
      const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`;
      const options = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
      const ended = await project
        .bin('wwebjs-canary', ['--version'], { NODE_OPTIONS: options })
        .catch((error) => error);
      const refusal = {
        code: 4,
        stdout: '',
        stderr: expect.stringContaining('22.18 or newer is needed; install Node 24'),
      };
      expect(ended).toMatchObject(semver.satisfies(node, engines.node) ? { stderr: '' } : refusal);
    },
  );
});
