import { chmod, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../contracts/make-folder.ts';
import { diskTrouble } from './disk-trouble.ts';
import { withProcessLock } from './process-lock.ts';

export interface FolderRecipe {
  /** Null when the folder is complete, `absent` when it does not exist, else what is wrong with it. */
  whatIsWrong(folder: string): Promise<string | null>;
  /** Fills an empty temporary folder, which replaces the real one when this resolves. */
  fill(temporary: string): Promise<void>;
  say(line: string): void;
}

/** The answer of `whatIsWrong` for a folder that does not exist yet. */
export const absent = 'absent';

/**
 * Ensures that `folder` exists and is complete. It is created under a temporary name and renamed, so that it never exists in
 * part; one process creates it while others wait; what an interrupted process left behind is removed.
 *
 * @throws TroubleError when the disk is full or the folder may not be written to; whatever `fill` throws.
 */
export async function makeFolderOnce(folder: string, recipe: FolderRecipe): Promise<void> {
  if ((await recipe.whatIsWrong(folder)) === null) return;
  const name = basename(folder);
  const waiting = () => recipe.say(`Waiting: another process is making ${folder}`);
  await withProcessLock(join(dirname(folder), '.locks', name), waiting, async () => {
    try {
      const wrong = await recipe.whatIsWrong(folder);
      if (wrong === null) return;
      await removePartials(folder);
      if (wrong !== absent) {
        recipe.say(`Repairing ${folder}: ${wrong}`);
        await discard(folder);
      }
      makeFolder(dirname(folder));
      const temporary = await mkdtemp(join(dirname(folder), `${name}.partial-`));
      await chmod(temporary, 0o755); // Other users may use what one user installs.
      await recipe.fill(temporary);
      await rename(temporary, folder);
    } catch (error) {
      await removePartials(folder).catch(() => {});
      throw diskTrouble(error, dirname(folder));
    }
  });
}

/** Renames it first: another process must not see a half-removed folder as a complete one. */
async function discard(folder: string): Promise<void> {
  const doomed = `${folder}.partial-old`;
  await rename(folder, doomed);
  await rm(doomed, { recursive: true, force: true });
}

async function removePartials(folder: string): Promise<void> {
  const siblings = await readdir(dirname(folder));
  const partials = siblings.filter((name) => name.startsWith(`${basename(folder)}.partial-`));
  for (const name of partials) {
    await rm(join(dirname(folder), name), { recursive: true, force: true, maxRetries: 3 });
  }
}
