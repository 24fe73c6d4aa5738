import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { home } from '../contracts/home.ts';
import { InputError, TroubleError } from '../contracts/input-error.ts';
import type { LibrarySource } from '../contracts/library-source.ts';
import { absent, makeFolderOnce } from '../install/make-folder-once.ts';
import { compareWithManifest, writeManifest } from '../install/manifest.ts';
import { NpmError, npmCi } from '../install/npm.ts';
import { lockLibrary } from './add-library.ts';
import type { LibraryLock } from './library-lock.ts';
import { useLibrary } from './library-use.ts';

/** One whatsapp-web.js on disk, verified against its lockfile. */
export interface InstalledLibrary {
  /** The name in cells: the version, or the label of a library of the user's own. */
  label: string;
  version: string;
  /** `.../node_modules/whatsapp-web.js`. */
  packageDir: string;
  /** The folder with `node_modules` in it. */
  root: string;
  /** The integrity hash of whatsapp-web.js in the lockfile. */
  integrity: string | null;
  /** sha256 of package.json and package-lock.json, hex. */
  lockHash: string;
  /** Where a library that is not a release on npm came from; null for one that is. */
  source: LibrarySource | null;
}

/** Measured download of the five libraries of the project: 27 to 40 MB. */
const usualDownload = '27 to 40 MB';

/**
 * Installs a library unless it is installed, verifies it, and returns where it is. All callers share one installation per version
 * and lockfile; a damaged one is repaired. Until this process ends no other one removes it.
 *
 * @param spec as `parseLibrarySpec` takes it.
 * @param say is called with every download.
 * @param checked what of an installation that is there is verified.
 * @throws InputError when the spec names no whatsapp-web.js.
 * @throws TroubleError without network or disk.
 */
export async function ensureLibrary(
  spec: string,
  say: (line: string) => void,
  checked: Checked = 'sizes',
): Promise<InstalledLibrary> {
  const { label } = await lockLibrary(spec, say);
  await useLibrary(label);
  // Read again: until it was marked as used, another process could remove it.
  const lock = await lockLibrary(label, say);
  const library = whereInstalled(lock);
  await makeFolderOnce(library.root, {
    say,
    whatIsWrong: () => whatIsWrongWith(library, checked),
    fill: async (temporary) => {
      say(
        `Installing whatsapp-web.js ${lock.label} from its lockfile (${lock.packages} packages, usually ${usualDownload})`,
      );
      await install(lock, temporary);
    },
  });
  return library;
}

/** Where the library of a lock is installed, or would be. */
export function whereInstalled(lock: LibraryLock): InstalledLibrary {
  const root = home('libraries', `${lock.label}-${lock.hash.slice(0, 12)}`);
  const { label, version, integrity, hash: lockHash, source } = lock;
  return {
    label,
    version,
    packageDir: join(root, 'node_modules', 'whatsapp-web.js'),
    root,
    integrity,
    lockHash,
    source,
  };
}

/**
 * How much of an installation is verified. The contents of the library's own files always are: `source` verifies nothing else, which is
 * enough for what runs nothing; `sizes` also the sizes of all other files, and `contents` their contents.
 */
export type Checked = 'source' | 'sizes' | 'contents';

/** Null when the installation is unchanged, `absent` when there is none, else what differs. */
export async function whatIsWrongWith(library: InstalledLibrary, checked: Checked): Promise<string | null> {
  if (!existsSync(library.root)) return absent;
  const own = 'node_modules/whatsapp-web.js';
  const isRead = (path: string) => checked === 'contents' || path.startsWith(`${own}/`);
  const difference = await compareWithManifest(library.root, isRead, checked === 'source' ? own : '');
  return difference ?? (await wrongVersion(library.packageDir, library.version));
}

async function install(lock: LibraryLock, folder: string): Promise<void> {
  await cp(lock.folder, folder, { recursive: true });
  try {
    await npmCi(folder);
  } catch (error) {
    if (!(error instanceof NpmError)) throw error;
    const text = `whatsapp-web.js ${lock.label} cannot be installed from ${lock.folder}: ${error.message}`;
    throw error.code === 'EUSAGE' ? new InputError(text) : new TroubleError(text);
  }
  const wrong = await wrongVersion(join(folder, 'node_modules', 'whatsapp-web.js'), lock.version);
  if (wrong) throw new TroubleError(wrong);
  await writeManifest(folder);
}

async function wrongVersion(packageDir: string, version: string): Promise<string | null> {
  const file = join(packageDir, 'package.json');
  const installed = JSON.parse(await readFile(file, 'utf8')) as { version?: string };
  return installed.version === version
    ? null
    : `${file} is version ${installed.version}, the lockfile asked for ${version}`;
}
