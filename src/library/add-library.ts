import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { LibrarySource } from '../contracts/library-source.ts';
import { absent, makeFolderOnce } from '../install/make-folder-once.ts';
import { NpmError, npm } from '../install/npm.ts';
import { describeCheckout, withCommit } from './git.ts';
import { findLibraryLock, type LibraryLock, lockFolders, sourceFile } from './library-lock.ts';
import { type OwnLibrary, parseLibrarySpec } from './library-spec.ts';
import { type LibraryTarball, readLibraryTarball, withPackedFolder } from './library-tarball.ts';

type Say = (line: string) => void;

/**
 * Returns the lock of a library; npm resolves an unknown one, which is then stored on this machine.
 *
 * @param text as `parseLibrarySpec` takes it.
 * @throws InputError when npm has no such version, or the tarball or folder is not whatsapp-web.js.
 * @throws TroubleError without network or disk.
 */
export async function lockLibrary(text: string, say: Say): Promise<LibraryLock> {
  const spec = parseLibrarySpec(text);
  switch (spec.kind) {
    case 'version':
      return findLibraryLock(spec.version) ?? (await addVersion(spec.version, say));
    case 'label': {
      const lock = findLibraryLock(spec.label);
      if (lock) return lock;
      throw new InputError(`library "${spec.label}" is not known here; name the tarball or folder that it was made of`);
    }
    case 'tag':
      return await lockLibrary(await versionOfTag(spec.tag, say), say);
    default:
      return await addOwn(spec, say);
  }
}

/**
 * The exact version or label of a library, as cells show it: a tag and a git reference are resolved, and what is the user's own is
 * locked. Versions and labels stay unchanged; the installation finds out whether they exist.
 *
 * @throws InputError, TroubleError as `lockLibrary`.
 */
export async function resolveLibrary(text: string, say: Say): Promise<string> {
  const spec = parseLibrarySpec(text);
  if (spec.kind === 'version') return spec.version;
  if (spec.kind === 'label') return spec.label;
  if (spec.kind === 'tag') return await versionOfTag(spec.tag, say);
  return (await lockLibrary(text, say)).label;
}

/**
 * The version or label that `resolveLibrary` gives, without adding anything to this machine.
 *
 * @throws InputError, TroubleError as `lockLibrary`.
 */
export async function labelOfLibrary(text: string, say: Say): Promise<string> {
  const spec = parseLibrarySpec(text);
  if (spec.kind === 'version' || spec.kind === 'label' || spec.kind === 'tag') return await resolveLibrary(text, say);
  return await withOwn(spec, say, async ({ version }, source) => labelOf(version, source));
}

/** @throws InputError when npm has no such tag. */
async function versionOfTag(tag: string, say: Say): Promise<string> {
  const tags = JSON.parse(await npm(['view', 'whatsapp-web.js', 'dist-tags'], tmpdir())) as Record<string, string>;
  const version = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  if (version === undefined) {
    const known = Object.keys(tags).join(', ');
    throw new InputError(
      `library "${tag}" is neither an exact version nor a tag of whatsapp-web.js on npm; its tags are ${known}`,
    );
  }
  say(`whatsapp-web.js ${tag} is ${version}`);
  return version;
}

function addOwn(spec: OwnLibrary, say: Say): Promise<LibraryLock> {
  return withOwn(spec, say, (tarball, source) => addTarball(tarball, source, say));
}

/** Passes the user's own library to `use`, as a tarball that may be gone afterwards. */
async function withOwn<T>(
  spec: OwnLibrary,
  say: Say,
  use: (tarball: LibraryTarball, source: LibrarySource) => Promise<T>,
): Promise<T> {
  const named = spec.name === undefined ? {} : { name: spec.name };
  const useFile = async (file: string, origin: Omit<LibrarySource, 'contentHash'>) => {
    const tarball = await readLibraryTarball(file);
    return await use(tarball, { ...origin, contentHash: tarball.contentHash });
  };
  switch (spec.kind) {
    case 'tarball':
      return await useFile(spec.file, { kind: 'tarball', from: spec.file, ...named });
    case 'folder': {
      const checkout = await describeCheckout(spec.folder);
      const origin = { kind: 'folder' as const, from: spec.folder, ...named, ...checkout };
      return await withPackedFolder(spec.folder, (file) => useFile(file, origin));
    }
    case 'git':
      return await withCommit(spec, (folder, found) => {
        say(`${spec.repository}#${spec.ref} is commit ${found.commit}`);
        const origin = { kind: 'git' as const, from: spec.repository, ...named, ...found };
        return withPackedFolder(folder, (file) => useFile(file, origin));
      });
  }
}

function addVersion(version: string, say: Say): Promise<LibraryLock> {
  return makeLock(version, say, { 'whatsapp-web.js': version }, async () => {});
}

function addTarball(tarball: LibraryTarball, source: LibrarySource, say: Say): Promise<LibraryLock> {
  return makeLock(
    labelOf(tarball.version, source),
    say,
    { 'whatsapp-web.js': 'file:whatsapp-web.js.tgz' },
    async (folder) => {
      await cp(tarball.file, join(folder, 'whatsapp-web.js.tgz'));
      await writeFile(join(folder, sourceFile), `${JSON.stringify(source, null, 2)}\n`);
    },
  );
}

/**
 * `1.34.7+fork.g1a2b3c4d.dirty.0a1b2c3d`: the version, the name that the user gave, the commit and whether there are changes on top of
 * it, and always the content, so that no two libraries share a label.
 */
function labelOf(version: string, { name, commit, dirty, contentHash }: LibrarySource): string {
  const parts = [name, commit && `g${commit.slice(0, 8)}`, dirty ? 'dirty' : undefined, contentHash.slice(0, 8)];
  return `${version}+${parts.filter((part) => part !== undefined).join('.')}`;
}

async function makeLock(
  label: string,
  say: Say,
  dependencies: Record<string, string>,
  addFiles: (folder: string) => Promise<void>,
): Promise<LibraryLock> {
  await makeFolderOnce(join(lockFolders.ofMachine(), label), {
    say,
    whatIsWrong: async () => (findLibraryLock(label) === null ? absent : null),
    fill: async (temporary) => {
      say(`Resolving the dependencies of whatsapp-web.js ${label} with npm (package metadata, a few MB)`);
      const packageJson = { name: `whatsapp-web.js-${label}`, private: true, dependencies };
      await writeFile(join(temporary, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);
      await addFiles(temporary);
      await writeLockfile(temporary, label);
    },
  });
  const lock = findLibraryLock(label);
  if (!lock) throw new TroubleError(`the lockfile of whatsapp-web.js ${label} was removed while it was being made`);
  return lock;
}

/** Without addresses the lockfile works with every registry; its integrity hashes pin the contents. */
async function writeLockfile(folder: string, label: string): Promise<void> {
  try {
    await npm(['install', '--package-lock-only', '--omit-lockfile-registry-resolved', '--lockfile-version=3'], folder);
  } catch (error) {
    if (!(error instanceof NpmError)) throw error;
    if (error.code !== 'ETARGET') throw new InputError(`npm cannot resolve whatsapp-web.js ${label}: ${error.message}`);
    throw new InputError(
      `npm has no whatsapp-web.js ${label}; "npm view whatsapp-web.js versions" lists what there is`,
    );
  }
}

/**
 * Copies the lock of an exact version into the project, so that it can be committed; returns true when the project did not have
 * it.
 *
 * @throws TroubleError when the project's folder may not be written to.
 */
export async function shareLock(lock: LibraryLock): Promise<boolean> {
  const target = join(lockFolders.ofProject(), lock.label);
  if (lock.folder === target) return false;
  const partial = `${target}.partial-${process.pid}`;
  await cp(lock.folder, partial, { recursive: true });
  await rename(partial, target);
  await rm(lock.folder, { recursive: true });
  return true;
}
