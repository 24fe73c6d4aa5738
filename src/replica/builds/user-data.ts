import { existsSync, globSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Capture, ExportedFacts } from '../../contracts/capture.ts';
import { InputError } from '../../contracts/input-error.ts';
import { buildDataFolder, readJsonFile } from './read-build-data.ts';

/**
 * The folder of the user's own facts, in the working folder beside the user's own matrix: it lies over the data of the package. Null in a
 * checkout of the project, whose working folder has the data themselves.
 */
export function userDataFolder(): string | null {
  const folder = resolve('compat-matrix', 'builds');
  return folder === buildDataFolder ? null : folder;
}

/** Where `surface import` puts a capture, and `surface update` facts. */
export const userFiles = {
  capture: (folder: string, build: string) => join(folder, 'captures', `${build.split('.')[2]}.json`),
  facts: (folder: string) => join(folder, 'facts.json'),
};

/**
 * The captures that were imported, which was the time to check them.
 *
 * @throws InputError for a file that is none
 */
export function importedCaptures(): { capture: Capture; file: string }[] {
  const folder = userDataFolder();
  if (folder === null) return [];
  return globSync('captures/*.json', { cwd: folder })
    .sort()
    .map((name) => {
      const file = join(folder, name);
      const capture = readJsonFile(file) as Capture;
      if (capture?.kind !== 'surface-capture' || capture.schemaVersion !== 1) {
        throw new InputError(`${file}: it is no capture of this version; remove it, or import it again`);
      }
      return { capture, file };
    });
}

/**
 * The facts of `surface update`, which was the time to check them; null where there are none.
 *
 * @throws InputError for a file that has none
 */
export function updatedFacts(): ExportedFacts | null {
  const folder = userDataFolder();
  const file = folder === null ? null : userFiles.facts(folder);
  if (file === null || !existsSync(file)) return null;
  const facts = readJsonFile(file) as ExportedFacts;
  if (facts?.kind === 'surface-facts' && facts.schemaVersion === 1) return facts;
  throw new InputError(`${file}: it has no facts of this version; remove it, or use surface update again`);
}

/** The folders with public keys whose signatures are trusted: the user's own, and that of the package. */
export function trustedKeyFiles(): string[] {
  const folders = [userDataFolder(), buildDataFolder].filter((folder) => folder !== null);
  const files = folders.flatMap((folder) =>
    globSync('trusted-keys/*.pem', { cwd: folder }).map((name) => join(folder, name)),
  );
  return files.filter((file) => statSync(file).isFile());
}
