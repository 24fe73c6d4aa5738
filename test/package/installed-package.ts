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
  /** Runs a file of `node_modules/.bin`; rejects when it fails. */
  bin(name: string, args: readonly string[], env?: Record<string, string>): Promise<{ stdout: string; stderr: string }>;
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

/** Installs the tarball, and other packages, into an empty project. */
export async function installInto(tarball: string, options: readonly string[] = []): Promise<UserProject> {
  const folder = join(temporaryFolder(), 'user-project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user-project', private: true }));
  await npm(['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', ...options, tarball], folder);
  const env = { ...process.env, WWEBJS_CANARY_HOME: undefined };
  return {
    folder,
    packageFolder: join(folder, 'node_modules', 'wwebjs-canary'),
    bin: (name, args, own) =>
      runFile(join(folder, 'node_modules', '.bin', name), args, { cwd: folder, env: { ...env, ...own }, maxBuffer }),
    tsc: (config) =>
      runFile(join(packageRoot, 'node_modules', '.bin', 'tsc'), ['-p', config], { cwd: folder }).catch(
        (ended) => ended,
      ),
    async program(file, text, own) {
      writeFileSync(join(folder, file), text);
      return (await runFile(process.execPath, [file], { cwd: folder, env: { ...env, ...own }, maxBuffer })).stdout;
    },
  };
}

/** Starts `replica` of the installed package until `use` is done. @param use gets the line that it prints */
export async function withReplica(
  { folder }: UserProject,
  build: string,
  use: (replica: { url: string; chromiumArgs: string[]; phoneUrl: string }) => Promise<void>,
): Promise<void> {
  const bin = join(folder, 'node_modules', '.bin', 'wwebjs-canary');
  const child = spawn(bin, ['replica', '--build', build], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), failed(child)])) as [
      string,
    ];
    await use(JSON.parse(line));
  } finally {
    const gone = once(child, 'exit');
    if (child.exitCode === null && child.kill('SIGTERM')) await gone;
  }
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`replica ended with code ${code} before it listened`);
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
