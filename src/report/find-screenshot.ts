import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The absolute path of the screenshot in the folder of an attempt's artifacts; null when there is none. */
export function findScreenshot(folder: string | null): string | null {
  if (folder === null) return null;
  try {
    const name = readdirSync(folder).find((file) => /^screenshot\.(png|jpe?g|webp)$/.test(file));
    return name === undefined ? null : join(folder, name);
  } catch {
    // The file was cleaned up, or the run was made on another machine: a report without the picture is still correct.
    return null;
  }
}
