import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import semver from 'semver';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../src/contracts/home.ts';
import { ownHome } from '../support/own-home.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  contentsOf,
  type Installation,
  installations,
  installInto,
  pack,
  type UserProject,
  withCommand,
  withReplica,
} from './installed-package.ts';

const runFile = promisify(execFile);

const build = '2.3000.1032534684';
/** A build on which both versions of the gate work. */
const bothWork = '2.3000.1029241508';
const read = (file: string) => JSON.parse(readFileSync(join(packageRoot, file), 'utf8'));

let tarball: string;
beforeAll(async () => {
  ({ tarball } = await pack());
});

describe.each(Object.keys(installations) as Installation[])('the package, installed with %s', (installation) => {
  let project: UserProject;
  let home: string;
  beforeAll(async () => {
    project = await installations[installation](tarball);
    home = ownHome();
  });
  /** What the package has on the disk; nothing may be written there. */
  const ofPackage = () => (project.hasModules ? contentsOf(project.packageFolder) : {});

  test('says its version', async () => {
    const { stdout } = await project.bin('wwebjs-canary', ['--version']);
    expect(stdout).toBe(`${read('package.json').version}\n`);
  });

  test('doctor keeps to the working folder', async () => {
    const { stdout } = await project.bin('wwebjs-canary', ['doctor']).catch((ended) => ended);
    expect(stdout).toContain(join(project.folder, '.wwebjs-canary'));
  });

  test('surface check reads a library and answers, and writes nothing into node_modules', async () => {
    const before = ofPackage();
    const check = ['surface', 'check', '1.34.7', '--build', build];
    const { stdout } = await project.bin('wwebjs-canary', check, { WWEBJS_CANARY_HOME: home });
    expect(stdout).toContain('1.34.7');
    expect(ofPackage()).toEqual(before);
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

  test('a run with a flow of the package and one of the user attempts and reports, and the gate judges it', async () => {
    writeFileSync(
      join(project.folder, 'my-flow.mts'),
      `import { flow, linkByQr } from 'wwebjs-canary';\nexport default flow('mine', async (context: any) => linkByQr(context));\n`,
    );
    const [baseline, candidate] = ['1.33.2', '1.34.7'];
    const report = join(project.folder, 'report.json');
    const cells = ['--library', `${baseline},${candidate}`, '--build', bothWork, '--flow', 'qr-to-ready,./my-flow.mts'];
    const reporter = ['--reporter', `json=${report},html=${join(project.folder, 'html')}`];
    const env = { WWEBJS_CANARY_HOME: home };
    const run = ['run', ...cells, '--browser', 'current', '--ignore-expectations', ...reporter];
    const ended = await project.bin('wwebjs-canary', run, env).catch((error) => error);
    expect(existsSync(report), ended.stderr).toBe(true);
    expect(JSON.parse(readFileSync(report, 'utf8')).summary).toMatchObject({ cells: 4, passed: 4 });
    const question = ['--baseline', baseline, '--candidate', candidate, '--build', bothWork, '--flow', 'qr-to-ready'];
    const judged = project.bin('wwebjs-canary', ['gate', ...question, '--attempts', report], env);
    await expect(judged, 'one attempt of each').rejects.toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/inconclusive/i),
    });
  });

  test('serve listens and is ready', async () => {
    const args = ['serve', '--replica', build, '--port', '0'];
    await withCommand(project, args, { WWEBJS_CANARY_HOME: home }, async ({ url }) => {
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    });
  });

  test('init writes into the project', async () => {
    const { stdout } = await project.bin('wwebjs-canary', ['init', '--ci', 'none']);
    expect(stdout).toContain('wrote compat-matrix/matrix.yaml');
    expect(existsSync(join(project.folder, 'compat-matrix', 'policy.yaml'))).toBe(true);
  });

  test('is imported by ESM and required by CommonJS', async () => {
    const use = `replica.phones[0].number); await replica.close(); })();`;
    const start = `(async () => { const replica = await startReplica({ build: '${build}' }); console.log(`;
    const esm = `import { startReplica, flow, linkByQr } from 'wwebjs-canary';\n${start}${use}`;
    const cjs = `const { startReplica, flow, linkByQr } = require('wwebjs-canary');\n${start}${use}`;
    expect(await project.program('esm.mjs', esm)).toBe('13125550101\n');
    expect(await project.program('cjs.cjs', cjs)).toBe('13125550101\n');
  });

  // TypeScript finds nothing by Plug'n'Play without a patch of Yarn's, and version 7 has none.
  const endings = installation === "Yarn with Plug'n'Play" ? [] : ['mts', 'cts'];
  test.each(endings)('its types hold under strict settings (.%s)', async (ending) => {
    const program = `
import { type Flow, flow, gate, linkByQr, type ReplicaFinding, run, startReplica, type Verdict } from 'wwebjs-canary';
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
export async function judge(signal: AbortSignal): Promise<Verdict['verdict']> {
  const { report, exitCode } = await run({ library: ['1.34.7'], repeat: 2, signal, onAttempt: (cell, { outcome }) => console.log(cell.build, outcome) });
  const code: 0 | 1 | 2 | 3 | 4 = exitCode;
  const failed = report.cells.flatMap(({ attempts }) => attempts.map((attempt) => attempt.cause?.libraryFile ?? code));
  // @ts-expect-error a candidate is needed
  await gate({ baseline: '1.33.2' });
  return (await gate({ baseline: '1.33.2', candidate: '1.34.7', attempts: [report, String(failed)] })).verdict;
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
  let project: UserProject;
  beforeAll(async () => {
    project = await installInto(tarball, ['--ignore-scripts']);
  });

  /** Runs a command of the package on a real Node of this version, from npm. */
  async function onNode(version: string, args: readonly string[]) {
    const folder = temporaryFolder();
    const name = `node-${process.platform}-${process.arch}`;
    await runFile('npm', [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      `${name}@${version}`,
    ]);
    const node = join(folder, 'node_modules', name, 'bin', 'node');
    const options = { cwd: project.folder, env: { ...process.env, WWEBJS_CANARY_HOME: ownHome() } };
    return runFile(node, [join(project.packageFolder, 'bin', 'wwebjs-canary.js'), ...args], options);
  }

  test('the oldest that engines names attempts a flow in TypeScript', async () => {
    const oldest = semver.minVersion(engines.node)?.version as string;
    const flow =
      "import { flow, linkByQr } from 'wwebjs-canary';\nexport default flow('mine', async (context: any) => linkByQr(context));\n";
    writeFileSync(join(project.folder, 'mine.mts'), flow);
    const { stdout } = await onNode(oldest, ['run', '--library', '1.34.7', '--build', build, '--flow', './mine.mts']);
    expect(stdout).toMatch(/^1 cells?: 1 passed, 0 failed, all as expected$/m);
  });

  test('an older one is refused with what to do', async () => {
    await expect(onNode('20.19.0', ['--version'])).rejects.toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('Node v20.19.0 is too old, 22.18 or newer is needed; install Node 24'),
    });
  });

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
