import { extname } from 'node:path';

/**
 * Browser code as one script.
 *
 * @param entry path without its extension: `.ts` in a checkout, `.js` in the published package.
 */
export async function bundleScript(entry: string, format: 'iife' | 'esm'): Promise<string> {
  // Loaded with the first page that somebody opens; a service that nobody looks at does without it.
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
