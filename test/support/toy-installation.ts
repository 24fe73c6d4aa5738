import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import { writeManifest } from '../../src/install/manifest.ts';
import { type InstalledLibrary, whereInstalled } from '../../src/library/ensure-library.ts';
import { findLibraryLock, type LibraryLock, lockFolders } from '../../src/library/library-lock.ts';

const toys = join(packageRoot, 'test/fixtures/toy-libraries');

/** Installs a toy library with a lock of its own in the home of this machine, as if npm had done it. `changed` follows its code. */
export async function installToy(name: string, version: string, changed = ''): Promise<InstalledLibrary> {
  const folder = join(lockFolders.ofMachine(), version);
  const manifest = { name: 'whatsapp-web.js', version };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const packages = { '': {}, 'node_modules/whatsapp-web.js': { version, integrity: null, changed } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }, omitNull));
  const library = whereInstalled(findLibraryLock(version) as LibraryLock);
  mkdirSync(library.packageDir, { recursive: true });
  cpSync(join(toys, name), library.packageDir, { recursive: true });
  cpSync(join(toys, 'toy.cjs'), join(library.packageDir, '..', 'toy.cjs'));
  writeFileSync(join(library.packageDir, 'package.json'), JSON.stringify(manifest));
  await writeManifest(library.root);
  return library;
}

function omitNull(_: string, value: unknown): unknown {
  return value ?? undefined;
}
