import { realpathSync } from 'node:fs';
import semver from 'semver';
import type { Provenance } from '../../contracts/attempt.ts';
import type { LoadedLibrary } from '../../contracts/host.ts';
import type { LibrarySource } from '../../contracts/library-source.ts';
import { readPackage } from './package-of.ts';
import { packageFrames } from './stack-frames.ts';

export interface ProvenanceInput {
  /** What the cell asks for: an exact version, or the label of a tarball or folder, which begins with its version. */
  requested: string;
  /** The installation that was handed to the host. */
  installed: { packageDir: string; integrity: string | null; source?: LibrarySource | null };
  /** What the host really loaded; null when it never got there. */
  loaded: Pick<LoadedLibrary, 'version' | 'packages'> | null;
  /** Stacks of every error of the attempt. */
  errorStacks: readonly string[];
}

const library = 'whatsapp-web.js';

/**
 * Which library was asked for, is on disk, was loaded and is named in error stacks. `mismatch` is null when all agree; else
 * one sentence with every version and file, because blaming a version for the line of another one is the worst a harness
 * can do.
 */
export function checkProvenance(input: ProvenanceInput): { provenance: Provenance; mismatch: string | null } {
  const { requested, installed, loaded, errorStacks } = input;
  const frames = packageFrames(errorStacks);
  const onDisk = readPackage(installed.packageDir)?.version ?? null;
  const claims: Claim[] = [];
  if (onDisk) claims.push({ version: onDisk, text: `${onDisk} is installed in ${installed.packageDir}` });
  for (const { name, version, folder } of loaded?.packages ?? []) {
    if (name !== library) continue;
    claims.push({ version, folder, text: `${version} was loaded from ${folder}` });
  }
  for (const { package: name, version, folder, file, line } of frames) {
    if (name === library)
      claims.push({ version, folder, text: `${version} is in the error's stack at ${file}:${line}` });
  }
  return {
    provenance: {
      requested,
      installed: onDisk,
      loaded: loaded?.version ?? null,
      frames: frames.map(({ folder: _, ...frame }) => frame),
      integrity: installed.integrity,
      ...(installed.source && { source: installed.source }),
    },
    mismatch: disagreement(requested, installed.packageDir, claims),
  };
}

interface Claim {
  version: string;
  folder?: string;
  text: string;
}

function disagreement(requested: string, packageDir: string, claims: readonly Claim[]): string | null {
  const expected = semver.valid(requested) ? requested : claims[0]?.version;
  const home = realPath(packageDir);
  const differs = ({ version, folder }: Claim) =>
    !sameVersion(version, expected) || (folder !== undefined && realPath(folder) !== home);
  if (!claims.some(differs)) return null;
  const texts = [...new Set(claims.map(({ text }) => text))];
  return `${requested} was asked for; ${texts.join('; ')}`;
}

/** A label is the version with a hash behind `+`, which does not count. */
function sameVersion(version: string, expected: string | undefined): boolean {
  if (expected === undefined) return true;
  return semver.valid(version) && semver.valid(expected) ? semver.eq(version, expected) : version === expected;
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
