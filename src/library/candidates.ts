import { tmpdir } from 'node:os';
import semver from 'semver';
import { TroubleError } from '../contracts/input-error.ts';
import { npm } from '../install/npm.ts';
import { listLibraryLocks } from './library-lock.ts';

/** A version that may replace another one. */
export interface Candidate {
  version: string;
  /** `the newest of 1.34`, `the newest stable version`, or both. */
  why: string;
}

/**
 * The versions that may replace `version` next: the newest of its line (same major and minor number) and the newest stable one, where
 * they are newer. Versions before a release count in the line of such a version only.
 *
 * @param published every version that there is.
 */
export function candidatesOf(version: string, published: readonly string[]): Candidate[] {
  const { major, minor, prerelease } = new semver.SemVer(version);
  const line = `${major}.${minor}`;
  const newer = releasesAfter(version, published, { prereleases: true });
  const stable = releasesAfter(version, published);
  const ofLine = (prerelease.length > 0 ? newer : stable).find((one) => one.startsWith(`${line}.`));
  const [newest] = stable;
  const candidates: Candidate[] = [];
  if (ofLine !== undefined && ofLine !== newest) candidates.push({ version: ofLine, why: `the newest of ${line}` });
  if (newest !== undefined) {
    const both = ofLine === newest ? `the newest of ${line} and ` : '';
    candidates.push({ version: newest, why: `${both}the newest stable version` });
  }
  return candidates;
}

/** The versions newer than `version`, the newest first; without those before a release unless they are asked for. */
export function releasesAfter(version: string, published: readonly string[], { prereleases = false } = {}): string[] {
  const newer = published.filter((one) => semver.gt(one, version));
  return semver.rsort(prereleases ? newer : newer.filter((one) => semver.prerelease(one) === null));
}

/** Every version on npm. @throws TroubleError when npm does not answer. */
export async function versionsOnNpm(): Promise<string[]> {
  return JSON.parse(await npm(['view', 'whatsapp-web.js', 'versions'], tmpdir())) as string[];
}

/**
 * Every version on npm; where npm does not answer, those that have a lockfile here.
 *
 * @param say is called with why it did not answer.
 */
export async function publishedVersions(say: (line: string) => void): Promise<string[]> {
  try {
    return await versionsOnNpm();
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    say(`${error.message}; only versions that have a lockfile here are considered`);
    return listLibraryLocks()
      .filter(({ source }) => source === null)
      .map(({ version }) => version);
  }
}
