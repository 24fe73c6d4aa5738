import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. `mkdir` with `recursive` never returns where a folder refuses new entries with
 * "no such file", as /proc does (Node 20 to 24).
 *
 * @param mode permissions of the folders that are made.
 * @throws the error of the system, such as EACCES, or EEXIST where a file is in the way.
 */
export function makeFolder(folder: string, mode?: number): void {
  if (makeOne(folder, mode)) return;
  makeFolder(dirname(folder), mode);
  mkdirOne(folder, mode);
}

/** False when the folder above is missing. */
function makeOne(folder: string, mode: number | undefined): boolean {
  try {
    mkdirOne(folder, mode);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder) return false;
    throw error;
  }
}

function mkdirOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(folder).isDirectory();
    if (!exists) throw error;
  }
}
