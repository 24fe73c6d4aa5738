import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { diskTrouble } from '../../src/install/disk-trouble.ts';
import { npm } from '../../src/install/npm.ts';
import { withProcessLock } from '../../src/install/process-lock.ts';

/** What npm downloads into an empty cache, measured. */
const downloadMegabytes = 150;

/**
 * Installs the project's dependencies unless they are there. A new `node_modules` is made in `.toolchain` and swapped in, so
 * that an interrupted set-up leaves the old one or none, and the next start repairs it.
 *
 * @throws TroubleError without network or disk; NpmError for everything else that npm refuses.
 */
export async function ensureNodeModules(project: string, say: (line: string) => void): Promise<void> {
  if (isInstalled(project)) return;
  const tools = join(project, '.toolchain');
  const waiting = () => say('Waiting: another process is installing the dependencies of the project');
  await withProcessLock(join(tools, 'node-modules.lock'), waiting, async () => {
    if (isInstalled(project)) return;
    say(`Installing the dependencies of the project with npm ci (about ${downloadMegabytes} MB)`);
    try {
      await install(project, join(tools, 'project'));
    } catch (error) {
      throw diskTrouble(error, project, 'correct that and start again');
    }
  });
}

async function install(project: string, staging: string): Promise<void> {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
    if (existsSync(join(project, file))) cpSync(join(project, file), join(staging, file));
  }
  await npm(['ci', '--include=dev', '--include=optional'], staging);
  const modules = join(project, 'node_modules');
  if (existsSync(modules)) renameSync(modules, join(staging, 'replaced'));
  renameSync(join(staging, 'node_modules'), modules);
  rmSync(staging, { recursive: true });
}

interface LockedPackage {
  integrity?: string;
  version?: string;
  optional?: boolean;
}

/**
 * True when every package of package-lock.json is in node_modules in that version. It reads npm's own
 * record of what it installed. An optional package may be missing, since it may be for another platform.
 */
export function isInstalled(project: string): boolean {
  const modules = join(project, 'node_modules');
  const wanted = readPackages(join(project, 'package-lock.json'));
  const installed = readPackages(join(modules, '.package-lock.json'));
  if (!wanted || !installed) return false;
  const { '': _root, ...packages } = wanted;
  return Object.entries(packages).every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    if (!found) return optional === true;
    const same = found.version === version && (integrity === undefined || found.integrity === integrity);
    return same && existsSync(join(project, path, 'package.json'));
  });
}

function readPackages(file: string): Record<string, LockedPackage> | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> }).packages;
  } catch {
    return null;
  }
}
