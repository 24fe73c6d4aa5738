import { bundle } from '../../bundle/bundle.ts';
import { readStyles } from '../read-styles.ts';

/**
 * Allows content of the service only; `blob:` for the picture of the code, which is fetched with the key; `data:` for the empty
 * icon.
 */
export const consolePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src blob: data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>wwebjs-canary</title>
<link rel="stylesheet" href="/console/style.css">
<link rel="icon" href="data:,">
<script type="module" src="/console/app.js"></script>
</head>
<body>
</body>
</html>
`;

export interface ConsoleFile {
  type: string;
  text: string;
}

/** The files of the console by their path. */
export async function buildConsole(): Promise<Record<string, ConsoleFile>> {
  const script = bundle('console');
  const style = readStyles('console', 'history');
  return {
    '/': { type: 'text/html; charset=utf-8', text: page },
    '/console/style.css': { type: 'text/css; charset=utf-8', text: await style },
    '/console/app.js': { type: 'text/javascript; charset=utf-8', text: await script },
  };
}
