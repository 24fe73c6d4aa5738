import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import semver from 'semver';
import { InputError } from '../contracts/input-error.ts';

/**
 * How a user names a library: an exact npm version, the label of a tarball or folder that was added before
 * (`1.34.7+0a1b2c3d`), or the path of either.
 */
export type LibrarySpec =
  | { kind: 'version'; version: string }
  | { kind: 'label'; label: string; version: string }
  | { kind: 'tarball'; file: string }
  | { kind: 'folder'; folder: string };

const rightForms = 'give an exact version such as 1.34.7, a .tgz file or a folder with a package.json';

/**
 * Parses the name that a user gave; reads the disk for paths only, and never the registry.
 *
 * @throws InputError for ranges, tags, bad semver, and paths that do not exist.
 */
export function parseLibrarySpec(text: string): LibrarySpec {
  if (looksLikePath(text)) return parsePath(text);
  const version = semver.parse(text);
  if (version && version.raw === text && !text.startsWith('v')) {
    const exact = version.version;
    if (version.build.length === 0) return { kind: 'version', version: exact };
    return { kind: 'label', label: text, version: exact };
  }
  const why = semver.validRange(text) !== null ? 'is a range of versions' : 'is not a version';
  throw new InputError(`library "${text}" ${/^[a-z-]+$/i.test(text) ? 'is not an exact version' : why}: ${rightForms}`);
}

function looksLikePath(text: string): boolean {
  return /[/\\]/.test(text) || text.startsWith('.') || text.startsWith('~') || /\.(tgz|tar\.gz)$/.test(text);
}

function parsePath(text: string): LibrarySpec {
  const path = resolve(text);
  if (!existsSync(path)) throw new InputError(`library "${text}": there is no ${path}; ${rightForms}`);
  if (!statSync(path).isDirectory()) return { kind: 'tarball', file: path };
  if (!existsSync(resolve(path, 'package.json'))) {
    throw new InputError(`library "${text}": the folder ${path} has no package.json; ${rightForms}`);
  }
  return { kind: 'folder', folder: path };
}
