import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { text } from 'node:stream/consumers';

export interface BundleOptions {
  format: 'iife' | 'esm';
  /** What has to run it: an edition of the language or the oldest browser, such as `es2022` or `chrome107`. */
  target: string;
  minify: boolean;
}

/**
 * Bundles browser code into one script. The program of esbuild runs in a separate process group, which its JavaScript API does not offer:
 * Ctrl-C in a terminal reaches the command line only, which still writes its reports.
 *
 * @param entry path without its extension: `.ts` in a checkout, `.js` in the published package.
 */
export async function bundle(entry: string, { format, target, minify }: BundleOptions): Promise<string> {
  const options = [
    '--bundle',
    `--format=${format}`,
    `--target=${target}`,
    '--legal-comments=none',
    '--log-level=error',
  ];
  if (minify) options.push('--minify');
  const child = spawn(esbuild(), [`${entry}${extname(import.meta.filename)}`, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const [script, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`esbuild ended with code ${code} for ${entry}:\n${errors}`);
  return script;
}

/** The program of esbuild for this machine. npm installs it as an optional dependency of esbuild. */
function esbuild(): string {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('esbuild'));
  return resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
}
