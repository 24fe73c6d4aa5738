import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { home, packageRoot } from '../contracts/home.ts';
import { makeFolder } from '../contracts/make-folder.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'child');
let known: string | undefined;

/**
 * The file that a host process runs. Where the project runs as TypeScript, it is put together into one JavaScript file
 * first, once per content: measured, stripping the types of ten files again in every host costs it 100 ms.
 */
export function childFile(): string {
  known ??= extname(import.meta.url) === '.ts' ? bundledChild() : join(folder, 'main.js');
  return known;
}

function bundledChild(): string {
  const source = join(folder, 'main.ts');
  const outfile = home('host', `host-child-${contentHash()}.mjs`);
  if (existsSync(outfile)) return outfile;
  try {
    makeFolder(dirname(outfile));
    // Loaded where it is needed only: most processes find the file that an earlier one made.
    const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
    const temporary = `${outfile}.${process.pid}`;
    buildSync({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', outfile: temporary });
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
