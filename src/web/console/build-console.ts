import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { build } from 'esbuild';

const here = (name: string) => join(import.meta.dirname, name);

/** Nothing from anywhere but the service itself; `blob:` for the picture of the code, which is fetched with the key. */
export const consolePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>wwebjs-canary</title>
<link rel="stylesheet" href="/console/style.css">
<link rel="icon" href="data:,">
<script type="module" src="/console/app.js"></script>
</head>
<body>
<nav aria-label="Console"><a href="#/">Workspaces</a><a href="#/rollouts">Rollouts</a><a href="#/matrix">Matrix</a></nav>
<main tabindex="-1"></main>
</body>
</html>
`;

export interface ConsoleFile {
  type: string;
  text: string;
}

/** The files of the console by their path. */
export async function buildConsole(): Promise<Record<string, ConsoleFile>> {
  const [style, script] = await Promise.all([readFile(here('style.css'), 'utf8'), bundle()]);
  return {
    '/': { type: 'text/html; charset=utf-8', text: page },
    '/console/style.css': { type: 'text/css; charset=utf-8', text: style },
    '/console/app.js': { type: 'text/javascript; charset=utf-8', text: script },
  };
}

async function bundle(): Promise<string> {
  const result = await build({
    // `.ts` in a checkout, `.js` in the published package.
    entryPoints: [here(`main${extname(import.meta.filename)}`)],
    bundle: true,
    write: false,
    format: 'esm',
    minify: true,
    target: 'es2024',
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}
