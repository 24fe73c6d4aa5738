import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { build } from 'esbuild';

const here = (name: string) => join(import.meta.dirname, name);

/** No script, style, picture or connection from anywhere but the page itself. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The two halves of the report page; script elements with JSON go between them. */
export async function buildReportPage(): Promise<{ head: string; tail: string }> {
  const [style, script] = await Promise.all([readFile(here('style.css'), 'utf8'), bundle()]);
  return {
    head: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>wwebjs-canary report</title>
<style>
${style}</style>
</head>
<body>
<noscript>This report needs JavaScript; it loads nothing from a network.</noscript>
<main id="app"></main>
`,
    tail: `<script>${script}</script>\n</body>\n</html>\n`,
  };
}

async function bundle(): Promise<string> {
  const result = await build({
    // `.ts` in a checkout, `.js` in the published package.
    entryPoints: [here(`main${extname(import.meta.filename)}`)],
    bundle: true,
    write: false,
    format: 'iife',
    minify: true,
    target: 'es2022',
    logLevel: 'silent',
  });
  const code = result.outputFiles[0]?.text ?? '';
  // A string of the bundle must not end its script element.
  return code.replaceAll('</script', '<\\/script');
}
