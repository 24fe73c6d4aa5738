import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt } from '../contracts/attempt.ts';

/** The absolute path of an attempt's screenshot below the folder of its run; null when there is none. */
export function findScreenshot(runFolder: string, { artifacts }: Pick<Attempt, 'artifacts'>): string | null {
  if (artifacts === null) return null;
  const folder = join(runFolder, artifacts);
  try {
    const name = readdirSync(folder).find((file) => /^screenshot\.(png|jpe?g|webp)$/.test(file));
    return name === undefined ? null : join(folder, name);
  } catch {
    // The file was cleaned up, or the run was made on another machine: a report without the picture is still correct.
    return null;
  }
}
