import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list } from 'tar';
import { z } from 'zod';
import { InputError } from '../contracts/input-error.ts';
import { NpmError, npm } from '../install/npm.ts';

export interface LibraryTarball {
  file: string;
  version: string;
  /** sha256 over paths and contents, hex: the same files give the same hash in any packing. */
  contentHash: string;
}

const packageSchema = z.object({ name: z.literal('whatsapp-web.js'), version: z.string() });

/**
 * Reads a tarball as `npm pack` writes it.
 *
 * @throws InputError when it is damaged, has no package.json or holds another package.
 */
export async function readLibraryTarball(file: string): Promise<LibraryTarball> {
  const contents = new Map<string, Buffer>();
  try {
    await list({
      file,
      strict: true,
      onReadEntry: (entry) => {
        const chunks: Buffer[] = [];
        entry.on('data', (chunk: Buffer) => chunks.push(chunk));
        entry.on('end', () => {
          if (entry.type === 'File') contents.set(withoutFirstFolder(entry.path), Buffer.concat(chunks));
        });
      },
    });
  } catch (error) {
    throw new InputError(`${file} is not a package tarball: ${(error as Error).message}`);
  }
  const { version } = readPackageJson(contents.get('package.json')?.toString() ?? null, file);
  const hash = createHash('sha256');
  for (const path of [...contents.keys()].sort()) {
    hash.update(`${path}\0`).update(contents.get(path) ?? '');
  }
  return { file, version, contentHash: hash.digest('hex') };
}

/**
 * Packs a folder (a git checkout) as for publishing, passes the tarball to `use`, then removes it.
 *
 * @throws InputError when the folder is not whatsapp-web.js or cannot be packed.
 */
export async function withPackedFolder<T>(folder: string, use: (tarball: string) => Promise<T>): Promise<T> {
  const target = await mkdtemp(join(tmpdir(), 'wwebjs-canary-pack-'));
  try {
    await npm(['pack', '--pack-destination', target], folder);
    const [name] = await readdir(target);
    if (name === undefined) throw new InputError(`npm packed nothing out of ${folder}`);
    return await use(join(target, name));
  } catch (error) {
    if (error instanceof NpmError) throw new InputError(`${folder} cannot be packed: ${error.message}`);
    throw error;
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

function readPackageJson(text: string | null, file: string): { version: string } {
  if (text === null) throw new InputError(`${file} has no package.json; it is not a package of npm`);
  const parsed = packageSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const { name } = JSON.parse(text) as { name?: string };
    throw new InputError(`${file} holds the package "${name}", not "whatsapp-web.js"`);
  }
  return parsed.data;
}

/** npm ignores the name of the first folder: `package/` from npm, the branch's name from GitHub. */
function withoutFirstFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
