import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package on disk. */
export interface Package {
  name: string;
  version: string;
  folder: string;
}

const known = new Map<string, Package | null>();

/** The package that a file belongs to: the nearest `package.json` upward that has a name and a version. */
export function packageOf(file: string): Package | null {
  return packageAbove(dirname(file));
}

function packageAbove(folder: string): Package | null {
  const cached = known.get(folder);
  if (cached !== undefined) return cached;
  const parent = dirname(folder);
  const found = readPackage(folder) ?? (parent === folder ? null : packageAbove(parent));
  known.set(folder, found);
  return found;
}

/** Reads `package.json` of a folder anew; null when there is none that names a package. */
export function readPackage(folder: string): Package | null {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return name && version ? { name, version, folder } : null;
  } catch {
    return null;
  }
}
