import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { z } from 'zod';
import { home, packageRoot } from '../contracts/home.ts';
import { InputError } from '../contracts/input-error.ts';
import { type LibrarySource, librarySourceSchema } from '../contracts/library-source.ts';
import { parseJson } from '../contracts/parse-json.ts';

/** One folder with the `package.json` and `package-lock.json` that pin a library and everything it depends on. */
export interface LibraryLock {
  /** The exact version, or of what is the user's own `1.34.7+fork.g1a2b3c4d.0a1b2c3d`. */
  label: string;
  version: string;
  folder: string;
  /** sha256 of package.json and package-lock.json, hex. */
  hash: string;
  /** The entry of whatsapp-web.js in the lockfile. */
  integrity: string | null;
  /** How many packages the lockfile has. */
  packages: number;
  /** Where a library that is not a release on npm came from; null for one that is. */
  source: LibrarySource | null;
}

/** Beside the lockfile of a library that is not a release on npm. */
export const sourceFile = 'source.json';

const lockfileSchema = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
});

/** Locks of the project, then locks created on this machine; the former win. */
export const lockFolders = {
  ofProject: () => join(packageRoot, 'compat-matrix', 'libraries'),
  ofMachine: () => home('library-locks'),
};

/** The lock of a version or label, or null when it was not added. */
export function findLibraryLock(label: string): LibraryLock | null {
  const folders = [lockFolders.ofProject(), lockFolders.ofMachine()].map((folder) => join(folder, label));
  const folder = folders.find((candidate) => existsSync(join(candidate, 'package-lock.json')));
  return folder === undefined ? null : readLibraryLock(folder, label);
}

/** All locks, oldest version first. */
export function listLibraryLocks(): LibraryLock[] {
  const labels = [lockFolders.ofProject(), lockFolders.ofMachine()].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder) : [],
  );
  const known = [...new Set(labels)].filter((label) => semver.valid(label) !== null);
  return known
    .sort(semver.compareBuild)
    .map(findLibraryLock)
    .filter((lock) => lock !== null);
}

/** @throws InputError when the lockfile is damaged. */
function readLibraryLock(folder: string, label: string): LibraryLock {
  const lockFile = join(folder, 'package-lock.json');
  const text = readFileSync(lockFile, 'utf8');
  const parsed = lockfileSchema.safeParse(parseJson(text));
  const own = parsed.data?.packages['node_modules/whatsapp-web.js'];
  if (!parsed.success || own?.version === undefined) {
    throw new InputError(
      `${lockFile} is not a lockfile (version 3) of whatsapp-web.js; write it anew with "library add ${label}"`,
    );
  }
  const packageJson = readFileSync(join(folder, 'package.json'), 'utf8');
  return {
    label,
    version: own.version,
    folder,
    hash: createHash('sha256').update(packageJson).update(text).digest('hex'),
    integrity: own.integrity ?? null,
    packages: Object.keys(parsed.data.packages).length - 1,
    source: readSource(folder),
  };
}

function readSource(folder: string): LibrarySource | null {
  const file = join(folder, sourceFile);
  if (!existsSync(file)) return null;
  return librarySourceSchema.safeParse(parseJson(readFileSync(file, 'utf8'))).data ?? null;
}
