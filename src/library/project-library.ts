import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import semver from 'semver';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { InputError } from '../contracts/input-error.ts';

const name = 'whatsapp-web.js';

/** The whatsapp-web.js that a project installs. */
export interface ProjectLibrary {
  /** The exact version. */
  version: string;
  /** The library as `parseLibrarySpec` takes it: its version, or its installed folder when it is no release on npm. */
  spec: string;
  /** The file that names it, relative to the working folder. */
  from: string;
}

/** The exact version that a lockfile names, null when that is no release on npm, undefined when it does not name the library. */
type Locked = string | null | undefined;

interface Lockfile {
  file: string;
  /** @param member path of the project in its workspace, '' for the root. @param range what its package.json asks for. */
  read(text: string, member: string, range: string | undefined): Locked | Promise<Locked>;
}

const lockfiles: readonly Lockfile[] = [
  { file: 'npm-shrinkwrap.json', read: readNpmLock },
  { file: 'package-lock.json', read: readNpmLock },
  { file: 'pnpm-lock.yaml', read: readPnpmLock },
  { file: 'yarn.lock', read: readYarnLock },
];

/**
 * Finds the whatsapp-web.js of the project that `folder` lies in: in the lockfile of npm, pnpm or Yarn of this folder or the nearest one
 * above it, else in what is installed.
 *
 * @returns null when no project here names it.
 * @throws InputError for a lockfile that cannot be read, and for a library that is no release on npm and not installed.
 */
export async function findProjectLibrary(folder = process.cwd()): Promise<ProjectLibrary | null> {
  const project = upFrom(folder).find((path) => existsSync(join(path, 'package.json'))) ?? folder;
  const range = rangeOf(project);
  const installed = range === undefined ? null : installedIn(project);
  for (const root of upFrom(project)) {
    const lockfile = lockfiles.find(({ file }) => existsSync(join(root, file)));
    if (!lockfile) continue;
    const file = join(root, lockfile.file);
    const member = relative(root, project).split(sep).join('/');
    const version = await reading(file, (text) => lockfile.read(text, member, range));
    if (version === undefined) break;
    const from = relative(folder, file);
    if (version !== null) return { version, spec: version, from };
    if (installed) return { version: installed.version, spec: dirname(installed.file), from };
    throw new InputError(
      `${file} names a ${name} that is no release on npm: install the project's packages first, or give --library`,
    );
  }
  return installed && { version: installed.version, spec: installed.version, from: relative(folder, installed.file) };
}

/** A folder and all above it, the nearest first. */
function upFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upFrom(parent)];
}

const dependencyKinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
const packageSchema = z.partialRecord(z.enum(dependencyKinds), z.record(z.string(), z.string()).optional());

/** The range of the library in the package.json of a folder. */
function rangeOf(folder: string): string | undefined {
  try {
    const { data } = packageSchema.safeParse(
      pick(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')), dependencyKinds),
    );
    return dependencyKinds.map((kind) => data?.[kind]?.[name]).find((range) => range !== undefined);
  } catch {
    return undefined;
  }
}

function pick(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => key in value).map((key) => [key, value[key]]));
}

/** What Node finds from a project, in `node_modules` or by Plug'n'Play. */
function installedIn(folder: string): { version: string; file: string } | null {
  try {
    const file = createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return { version, file };
  } catch {
    return null;
  }
}

async function reading<T>(file: string, read: (text: string) => T): Promise<Awaited<T>> {
  try {
    return await read(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is not of the shape of a lockfile' : (error as Error).message;
    throw new InputError(`${file} cannot be read: ${why.split('\n')[0]}`);
  }
}

const npmEntry = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
});
const npmLockSchema = z.object({
  packages: z.record(z.string(), npmEntry).optional(),
  /** Lockfile version 1. */
  dependencies: z.record(z.string(), npmEntry).optional(),
});

/** A member of a workspace may have a version of its own. */
function readNpmLock(text: string, member: string): Locked {
  const { packages = {}, dependencies = {} } = npmLockSchema.parse(JSON.parse(text));
  const own = packages[`${member}/node_modules/${name}`];
  const { version, resolved, link } = own ?? packages[`node_modules/${name}`] ?? dependencies[name] ?? {};
  return link ? null : release(version, resolved);
}

const pnpmEntries = z.record(z.string(), z.union([z.string(), z.object({ version: z.string() })])).optional();
const pnpmImporter = z.object({
  dependencies: pnpmEntries,
  devDependencies: pnpmEntries,
  optionalDependencies: pnpmEntries,
});
const pnpmLockSchema = pnpmImporter.extend({
  importers: z.record(z.string(), pnpmImporter).optional(),
  packages: z.record(z.string(), z.unknown()).optional(),
});

function readPnpmLock(text: string, member: string): Locked {
  const lock = pnpmLockSchema.parse(parseYaml(text));
  // Before version 9, the lockfile of a single project has its entries at the top.
  const { dependencies, devDependencies, optionalDependencies } = lock.importers?.[member || '.'] ?? lock;
  const entry = dependencies?.[name] ?? devDependencies?.[name] ?? optionalDependencies?.[name];
  if (entry !== undefined) return release(withoutPeers(typeof entry === 'string' ? entry : entry.version));
  const keys = Object.keys(lock.packages ?? {});
  return onlyOne(keys.flatMap((key) => /^\/?whatsapp-web\.js[@/](\d.*)$/.exec(key)?.[1] ?? []).map(withoutPeers));
}

/** `1.34.7(supports-color@9.4.0)`; before version 6 of the lockfile `1.34.7_supports-color@9.4.0`. */
function withoutPeers(version: string): string {
  return version.replace(/[(_].*$/s, '');
}

const yarnEntry = z.object({
  version: z.string(),
  /** Yarn 1. */
  resolved: z.string().optional(),
  /** Yarn 2 and newer. */
  resolution: z.string().optional(),
});

async function readYarnLock(text: string, _member: string, range: string | undefined): Promise<Locked> {
  const { parseSyml } = await import('@yarnpkg/parsers');
  const found = Object.entries(parseSyml(text)).filter(([descriptor]) => descriptor.startsWith(`${name}@`));
  const asked = found.filter(([descriptor]) =>
    descriptor.split(/,\s*/).some((one) => one.replace('@npm:', '@') === `${name}@${range}`),
  );
  const entries = (asked.length > 0 ? asked : found).map(([, entry]) => yarnEntry.parse(entry));
  return onlyOne(entries.map(({ version, resolved, resolution }) => release(version, resolved ?? resolution)));
}

/** What several entries have in common. */
function onlyOne(versions: readonly Locked[]): Locked {
  const [first, ...others] = new Set(versions);
  return others.length === 0 ? first : undefined;
}

/** A version that is a release on npm; null for a git reference, a folder, or a tarball of another place. */
function release(version: string | undefined, resolved = ''): Locked {
  if (version === undefined) return undefined;
  const isElsewhere =
    /^(?:git|file:|link:|portal:|workspace:)|@(?:git|file:|link:|portal:|workspace:|https?:)|codeload\.github\.com|\.git(?:#|$)/;
  return semver.valid(version) === version && !isElsewhere.test(resolved) ? version : null;
}
