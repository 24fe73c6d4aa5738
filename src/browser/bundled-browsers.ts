import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { home, packageRoot } from '../contracts/home.ts';

/** A Chromium from npm, pinned by a lockfile in `compat-matrix/browsers/<name>`. */
export interface BundledBrowser {
  name: string;
  /** The folder with package.json and package-lock.json. */
  lockFolder: string;
  /** The folder of the unpacked browser, named after the contents of the lockfile. */
  folder: string;
  executablePath: string;
  /** Size of its download with an empty npm cache, for messages; `config` in package.json. */
  downloadMegabytes: number;
  /** Environment variables that point to its own libraries and fonts instead of those of the system. */
  env: Record<string, string>;
}

const packageSchema = z.object({ config: z.object({ downloadMegabytes: z.number() }) });

const lockFolders = join(packageRoot, 'compat-matrix', 'browsers');

export function bundledBrowserNames(): string[] {
  return readdirSync(lockFolders).sort();
}

/** Null when no lockfile has this name. */
export function findBundledBrowser(name: string): BundledBrowser | null {
  if (!/^[\w.-]+$/.test(name)) return null;
  const lockFolder = join(lockFolders, name);
  if (!existsSync(join(lockFolder, 'package-lock.json'))) return null;
  const hash = createHash('sha256');
  const packageJson = readFileSync(join(lockFolder, 'package.json'), 'utf8');
  hash.update(packageJson).update(readFileSync(join(lockFolder, 'package-lock.json')));
  const folder = home('browsers', `${name}-${hash.digest('hex').slice(0, 12)}`);
  return {
    name,
    lockFolder,
    folder,
    executablePath: join(folder, 'chromium'),
    downloadMegabytes: packageSchema.parse(JSON.parse(packageJson)).config.downloadMegabytes,
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}
