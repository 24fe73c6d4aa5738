import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { home, packageRoot } from '../contracts/home.ts';
import { makeFolder } from '../contracts/make-folder.ts';

const folder = join(import.meta.dirname, 'child');
const source = join(folder, 'main.ts');

/** How esbuild puts the host's program together. */
export const childBundle = {
  entryPoints: [source] as string[],
  bundle: true,
  platform: 'node',
  format: 'esm',
} as const;

let known: string | undefined;

/**
 * The file that a host process runs. The package has it as one JavaScript file. A checkout makes that file first, once per
 * content: measured, stripping the types of ten files again in every host costs it 100 ms.
 */
export function childFile(): string {
  known ??= extname(import.meta.url) === '.ts' ? bundledChild() : join(folder, 'main.js');
  return known;
}

function bundledChild(): string {
  const outfile = home('host', `host-child-${contentHash()}.mjs`);
  if (existsSync(outfile)) return outfile;
  try {
    makeFolder(dirname(outfile));
    // Loaded where it is needed only: most processes find the file that an earlier one made.
    const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
    const temporary = `${outfile}.${process.pid}`;
    buildSync({ ...childBundle, outfile: temporary });
    renameSync(temporary, outfile);
    return outfile;
  } catch {
    // Without a place to keep it, every host strips the types for itself.
    return source;
  }
}

function contentHash(): string {
  // The lockfile for birpc, which is put in too.
  const hash = createHash('sha256').update(readFileSync(join(packageRoot, 'package-lock.json')));
  for (const file of globSync('*.ts', { cwd: folder }).sort())
    hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}
