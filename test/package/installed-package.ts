import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const runFile = promisify(execFile);
const maxBuffer = 2 ** 26;

/** A project of a user that has the packed package installed. */
export interface UserProject {
  folder: string;
  /** The package in `node_modules`. */
  packageFolder: string;
  /** False where packages are found by Yarn only. */
  hasModules: boolean;
  /** Runs a command of a package; rejects when it fails. */
  bin(name: string, args: readonly string[], env?: Record<string, string>): Promise<{ stdout: string; stderr: string }>;
  /** Starts the command of the package, which goes on. */
  start(args: readonly string[], env?: Record<string, string>): ChildProcess;
  /** Checks types with the TypeScript of this project. */
  tsc(config: string): Promise<{ stdout: string }>;
  /** Writes a program, runs it with this Node and gives its standard output. */
  program(file: string, text: string, env?: Record<string, string>): Promise<string>;
}

/** Builds and packs the package. @returns path of the tarball and of the files in it */
export async function pack(): Promise<{ tarball: string; size: number; files: string[] }> {
  const folder = temporaryFolder();
  await runFile(process.execPath, [join(packageRoot, 'scripts', 'build.ts')], { cwd: packageRoot, maxBuffer });
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], packageRoot);
  const report = JSON.parse(stdout);
  const [{ filename, size, files }] = Array.isArray(report) ? report : Object.values(report);
  return { tarball: join(folder, filename), size, files: files.map(({ path }: { path: string }) => path) };
}

/** What npm would publish, as JSON. It sends nothing, and needs neither a login nor the registry. */
export async function publishDryRun(tarball: string): Promise<string> {
  return (await npm(['publish', '--dry-run', '--json', '--ignore-scripts', tarball], temporaryFolder())).stdout;
}

/** Installs the tarball, and other packages, into an empty project with npm. */
export async function installInto(tarball: string, options: readonly string[] = []): Promise<UserProject> {
  const folder = emptyProject({});
  await npm(['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', ...options, tarball], folder);
  return userProject(folder);
}

/** Package managers besides npm, from npm. */
const managers = { pnpm: '12.21.0', '@yarnpkg/cli-dist': '4.18.1' };

/** Ways to install the package. `node_modules` is false where there is no such folder. */
export const installations = {
  npm: (tarball: string) => installInto(tarball, ['--no-ignore-scripts', ...typesOfNode()]),
  'npm with --ignore-scripts': (tarball: string) => installInto(tarball, ['--ignore-scripts', ...typesOfNode()]),
  pnpm: async (tarball: string) => {
    const folder = emptyProject({ 'wwebjs-canary': `file:${tarball}`, ...typesFor() });
    await runFile(join(await managersFolder(), 'node_modules', '.bin', 'pnpm'), ['install'], {
      cwd: folder,
      maxBuffer,
    });
    return userProject(folder);
  },
  'Yarn with node_modules': async (tarball: string) => {
    const { folder } = await installWithYarn(tarball, 'node-modules');
    return userProject(folder);
  },
  "Yarn with Plug'n'Play": async (tarball: string) => {
    const { folder, yarn } = await installWithYarn(tarball, 'pnp');
    return userProject(folder, [process.execPath, yarn]);
  },
} as const;
export type Installation = keyof typeof installations;

function typesFor(): Record<string, string> {
  const { devDependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return { '@types/node': devDependencies['@types/node'] };
}

const typesOfNode = () => Object.entries(typesFor()).map(([name, version]) => `${name}@${version}`);

function emptyProject(devDependencies: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'user-project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user-project', private: true, devDependencies }));
  return folder;
}

let installedManagers: Promise<string> | undefined;

/** The folder of a project that has pnpm and Yarn. */
function managersFolder(): Promise<string> {
  installedManagers ??= (async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, devDependencies: managers }));
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
    return folder;
  })();
  return installedManagers;
}

async function installWithYarn(tarball: string, nodeLinker: string): Promise<{ folder: string; yarn: string }> {
  const folder = emptyProject({ 'wwebjs-canary': `file:${tarball}`, ...typesFor() });
  writeFileSync(join(folder, '.yarnrc.yml'), `nodeLinker: ${nodeLinker}\nenableTelemetry: false\n`);
  // Without one, Yarn looks for the root of a workspace above the folder.
  writeFileSync(join(folder, 'yarn.lock'), '');
  const yarn = join(await managersFolder(), 'node_modules', '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
  await runFile(process.execPath, [yarn, 'install'], { cwd: folder, maxBuffer, env: { ...process.env, CI: '' } });
  return { folder, yarn };
}

/** @param yarn the command that starts Yarn, where nothing is found without it. */
function userProject(folder: string, yarn?: readonly [string, string]): UserProject {
  const env = { ...process.env, WWEBJS_CANARY_HOME: undefined };
  const started = (name: string, args: readonly string[]): [string, string[]] =>
    yarn ? [yarn[0], [yarn[1], 'run', name, ...args]] : [join(folder, 'node_modules', '.bin', name), [...args]];
  return {
    folder,
    packageFolder: join(folder, 'node_modules', 'wwebjs-canary'),
    hasModules: yarn === undefined,
    bin: (name, args, own) => runFile(...started(name, args), { cwd: folder, env: { ...env, ...own }, maxBuffer }),
    start: (args, own) =>
      spawn(...started('wwebjs-canary', args), {
        cwd: folder,
        env: { ...env, ...own },
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    tsc: (config) =>
      runFile(join(packageRoot, 'node_modules', '.bin', 'tsc'), ['-p', config], { cwd: folder }).catch(
        (ended) => ended,
      ),
    async program(file, text, own) {
      writeFileSync(join(folder, file), text);
      const [command, args] = yarn ? [yarn[0], [yarn[1], 'node', file]] : [process.execPath, [file]];
      return (await runFile(command, args, { cwd: folder, env: { ...env, ...own }, maxBuffer })).stdout;
    },
  };
}

/** What a command that goes on prints as JSON when it listens. */
export interface Listening {
  url: string;
  chromiumArgs: string[];
  phoneUrl: string;
}

/** Starts `replica` of the installed package until `use` is done. */
export function withReplica(project: UserProject, build: string, use: (replica: Listening) => Promise<void>) {
  return withCommand(project, ['replica', '--build', build], {}, use);
}

/** Starts a command of the installed package that goes on until `use` is done. @param use gets what it prints when it listens */
export async function withCommand(
  project: UserProject,
  args: readonly string[],
  env: Record<string, string>,
  use: (listening: Listening) => Promise<void>,
): Promise<void> {
  const child = project.start(args, env);
  const gone = once(child, 'exit');
  try {
    await use(await listening(child));
  } finally {
    if (child.exitCode === null && child.kill('SIGTERM')) await gone;
  }
}

async function listening(child: ChildProcess): Promise<Listening> {
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const printed = JSON.parse(line);
    if (printed.url !== undefined) return printed;
  }
  throw new Error(`${child.spawnargs.join(' ')} ended before it listened`);
}

function npm(args: readonly string[], cwd: string) {
  return runFile('npm', args, { cwd, maxBuffer });
}

/** Paths and contents of a folder, to see that nothing was written into it. */
export function contentsOf(folder: string): Record<string, string> {
  const files = globSync('**/*', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}
