import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import semver from 'semver';
import { InputError } from '../contracts/input-error.ts';

/** Something of the user's own, which may have a name: `fork` of `fork=./path`. */
export type OwnLibrary = { name?: string } & (
  | { kind: 'tarball'; file: string }
  | { kind: 'folder'; folder: string }
  /** A branch, tag or commit of a repository: a folder, or an address that git knows. */
  | { kind: 'git'; repository: string; ref: string; isLocal: boolean }
);

/**
 * How a user names a library: an exact npm version, a dist-tag such as `latest`, the label of one that was added before
 * (`1.34.7+0a1b2c3d`), a tarball, a folder, or a reference in a git repository.
 */
export type LibrarySpec =
  | { kind: 'version'; version: string }
  | { kind: 'tag'; tag: string }
  | { kind: 'label'; label: string; version: string }
  | OwnLibrary;

const rightForms =
  'give an exact version such as 1.34.7, a tag such as latest, a .tgz file, a folder with a package.json, or a git reference such as ./folder#branch; name=./folder names it';

/**
 * Parses the name that a user gave; reads the disk for paths only, and never the registry.
 *
 * @throws InputError for ranges, bad semver, bad names, and paths that do not exist.
 */
export function parseLibrarySpec(text: string): LibrarySpec {
  const [, name, rest] = /^([^=/\\#<>]*)=(.*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) return parseUnnamed(text);
  if (!/^[a-z\d-]{1,32}$/i.test(name)) {
    throw new InputError(`library "${text}": the name "${name}" may have up to 32 letters, digits and hyphens`);
  }
  const spec = parseUnnamed(rest);
  if (spec.kind === 'tarball' || spec.kind === 'folder' || spec.kind === 'git') return { ...spec, name };
  throw new InputError(
    `library "${text}": only a tarball, a folder or a git reference gets a name; leave "${name}=" out`,
  );
}

function parseUnnamed(text: string): LibrarySpec {
  const address = /^(?:git\+)?((?:https|ssh|git|file):\/\/[^#]+)(?:#(.+))?$/.exec(
    text.replace(/^github:/, 'https://github.com/'),
  );
  if (address) {
    const [, repository = '', ref = 'HEAD'] = address;
    return { kind: 'git', repository, ref, isLocal: false };
  }
  if (looksLikePath(text)) return parsePath(text);
  const version = semver.parse(text);
  if (version && version.raw === text && !text.startsWith('v')) {
    const exact = version.version;
    if (version.build.length === 0) return { kind: 'version', version: exact };
    return { kind: 'label', label: text, version: exact };
  }
  if (/^[a-z][a-z\d-]*$/i.test(text) && semver.validRange(text) === null) return { kind: 'tag', tag: text };
  const why = semver.validRange(text) !== null ? 'is a range of versions' : 'is not a version';
  throw new InputError(`library "${text}" ${why}: ${rightForms}`);
}

function looksLikePath(text: string): boolean {
  return /[/\\]/.test(text) || text.startsWith('.') || text.startsWith('~') || /\.(tgz|tar\.gz)$/.test(text);
}

function parsePath(text: string): OwnLibrary {
  const path = resolve(text);
  const [, folder, ref] = /^(.+?)#(.+)$/.exec(text) ?? [];
  if (!existsSync(path) && folder !== undefined && ref !== undefined) return parseReference(text, resolve(folder), ref);
  if (!existsSync(path)) throw new InputError(`library "${text}": there is no ${path}; ${rightForms}`);
  if (!statSync(path).isDirectory()) return { kind: 'tarball', file: path };
  if (!existsSync(resolve(path, 'package.json'))) {
    throw new InputError(`library "${text}": the folder ${path} has no package.json; ${rightForms}`);
  }
  return { kind: 'folder', folder: path };
}

function parseReference(text: string, repository: string, ref: string): OwnLibrary {
  if (!existsSync(repository)) throw new InputError(`library "${text}": there is no ${repository}; ${rightForms}`);
  return { kind: 'git', repository, ref, isLocal: true };
}
