import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';

interface Bundle {
  /** Path below `src`, without its extension. */
  entry: string;
  format: 'iife' | 'esm';
  /** What has to run it: an edition of the language or the oldest browser. */
  target: string;
  minify: boolean;
}

/** All browser code. The page of the replica has to run in the oldest browser of the matrix. */
export const bundles = {
  replica: { entry: 'replica/page/main', format: 'iife', target: 'chrome107', minify: false },
  observer: { entry: 'surface/page/in-page/main', format: 'iife', target: 'chrome107', minify: true },
  report: { entry: 'web/report/main', format: 'iife', target: 'es2022', minify: true },
  history: { entry: 'web/history/main', format: 'iife', target: 'es2022', minify: true },
  console: { entry: 'web/console/main', format: 'esm', target: 'es2022', minify: true },
} as const satisfies Record<string, Bundle>;

/**
 * Browser code as one script. In the package it was bundled by `scripts/build.ts`; in a checkout it is bundled now. The program of
 * esbuild runs in a separate process group, which its JavaScript API does not offer: Ctrl-C in a terminal reaches the command line
 * only, which still writes its reports.
 */
export async function bundle(name: keyof typeof bundles): Promise<string> {
  const { entry, format, target, minify } = bundles[name];
  const extension = extname(import.meta.filename);
  const file = join(import.meta.dirname, '..', `${entry}${extension}`);
  if (extension === '.js') return readFile(file, 'utf8');
  const options = [
    '--bundle',
    `--format=${format}`,
    `--target=${target}`,
    '--legal-comments=none',
    '--log-level=error',
  ];
  if (minify) options.push('--minify');
  const child = spawn(esbuild(), [file, ...options], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const [script, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`esbuild ended with code ${code} for ${entry}:\n${errors}`);
  return script;
}

/** The program of esbuild for this machine. npm installs it as an optional dependency of esbuild. */
function esbuild(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('esbuild'));
  return resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
}
