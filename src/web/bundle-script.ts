import { extname } from 'node:path';

/**
 * Bundles browser code into one script.
 *
 * @param entry path without its extension: `.ts` in a checkout, `.js` in the published package.
 */
export async function bundleScript(entry: string, format: 'iife' | 'esm'): Promise<string> {
  // Loaded with the first page that is opened; a service without readers never loads it.
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: [`${entry}${extname(import.meta.filename)}`],
    bundle: true,
    write: false,
    format,
    minify: true,
    target: 'es2022',
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}
