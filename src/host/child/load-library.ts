import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { LoadedLibrary, LoadedPackage } from '../../contracts/host.ts';
import type { Library } from './library-types.ts';

const require = createRequire(import.meta.url);
const watched = new Set(['whatsapp-web.js', 'puppeteer', 'puppeteer-core']);

interface Loaded {
  library: Library;
  loaded: LoadedLibrary;
}

/** The one library of the process. */
let inMemory: ({ packageDir: string } & Loaded) | null = null;

/** Requires the library, once, and finds out, file by file, which packages the code in memory came from. */
export function loadLibrary(packageDir: string): Loaded {
  if (inMemory?.packageDir !== packageDir) {
    const library = require(packageDir) as Library;
    inMemory = { packageDir, library, loaded: { ...loadedPackages(library), node: process.version } };
  }
  return inMemory;
}

function loadedPackages(library: Library): Pick<LoadedLibrary, 'version' | 'packages'> {
  const byFolder = new Map<string, LoadedPackage | null>();
  let definedIn: LoadedPackage | null = null;
  let exportedBy: LoadedPackage | null = null;
  for (const [file, module] of Object.entries(require.cache)) {
    const found = packageOf(dirname(file), byFolder);
    if (module?.exports === library.Client) definedIn = found;
    // A bundle has no file for the class; of packages that pass it on, the one that was loaded last is where it comes from.
    else if (module?.exports?.Client === library.Client) exportedBy = found;
  }
  const packages = new Map<string, LoadedPackage>();
  for (const found of byFolder.values()) {
    if (found && watched.has(found.name)) packages.set(found.folder, found);
  }
  return { version: (definedIn ?? exportedBy)?.version ?? null, packages: [...packages.values()] };
}

/** The package that a folder belongs to: the nearest `package.json` upward that has a name. */
function packageOf(folder: string, known: Map<string, LoadedPackage | null>): LoadedPackage | null {
  const cached = known.get(folder);
  if (cached !== undefined) return cached;
  const parent = dirname(folder);
  const found = readPackage(folder) ?? (parent === folder ? null : packageOf(parent, known));
  known.set(folder, found);
  return found;
}

function readPackage(folder: string): LoadedPackage | null {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return name && version ? { name, version, folder } : null;
  } catch {
    return null;
  }
}
