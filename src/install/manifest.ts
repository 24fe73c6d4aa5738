import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The contents of an installed folder at its creation: path -> size in bytes and sha256 (of a link: of its target's path). */
const manifestSchema = z.object({ files: z.record(z.string(), z.tuple([z.number(), z.string()])) });

const manifestFile = 'manifest.json';

/** Records all files of `folder` in its `manifest.json`. */
export async function writeManifest(folder: string): Promise<void> {
  const files: Record<string, [number, string]> = {};
  for (const path of await listFiles(folder)) {
    files[path] = [(await lstat(join(folder, path))).size, await hashFile(join(folder, path))];
  }
  await writeFile(join(folder, manifestFile), JSON.stringify({ files }));
}

/**
 * Compares `folder` with its manifest: file list and sizes of everything, contents of the paths that `readContents` chooses.
 * Null when nothing differs, else one sentence that names the first difference.
 *
 * @param within a folder inside of it: only what is in there is compared.
 */
export async function compareWithManifest(
  folder: string,
  readContents: (path: string) => boolean,
  within = '',
): Promise<string | null> {
  const recorded = await readManifest(folder, within);
  if (!recorded) return `${manifestFile} is missing or damaged`;
  const present = await listFiles(folder, within);
  const added = present.find((path) => !(path in recorded));
  if (added) return `${added} was added after the installation`;
  for (const [path, [size, hash]] of Object.entries(recorded)) {
    const file = join(folder, path);
    const stat = lstatSync(file, { throwIfNoEntry: false }); // Synchronous calls are ten times as fast for thousands of files.
    if (!stat) return `${path} is missing`;
    if (stat.size !== size) return `${path} was changed after the installation`;
    if (readContents(path) && (await hashFile(file)) !== hash) return `${path} was changed after the installation`;
  }
  return null;
}

async function readManifest(folder: string, within: string): Promise<Record<string, [number, string]> | null> {
  try {
    const { files } = JSON.parse(await readFile(join(folder, manifestFile), 'utf8')) as { files: object };
    const compared = Object.entries(files).filter(([path]) => within === '' || path.startsWith(`${within}/`));
    return manifestSchema.parse({ files: Object.fromEntries(compared) }).files;
  } catch {
    return null;
  }
}

/** All files and links of `folder`, or of the folder `within` it, relative to `folder`, sorted, without the manifest itself. */
async function listFiles(folder: string, within = ''): Promise<string[]> {
  const entries = await readdir(join(folder, within), { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => path !== manifestFile)
    .sort();
}

async function hashFile(file: string): Promise<string> {
  const stat = await lstat(file);
  const content = stat.isSymbolicLink() ? await readlink(file) : await readFile(file);
  return createHash('sha256').update(content).digest('hex');
}
