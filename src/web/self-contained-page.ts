import { bundleScript } from './bundle-script.ts';

/** No script, style, picture or connection from anywhere but the page itself. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The two halves of a page that opens from disk without a network; script elements with JSON go between them. */
export interface PageHalves {
  head: string;
  tail: string;
}

/** @param entry as `bundleScript` takes it; the script finds an empty element with the id `app`. */
export async function selfContainedPage(title: string, style: string, entry: string): Promise<PageHalves> {
  const script = await bundleScript(entry, 'iife');
  return {
    head: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title}</title>
<style>
${style}</style>
</head>
<body>
<noscript>This page needs JavaScript; it loads nothing from a network.</noscript>
<main id="app"></main>
`,
    // A string of the bundle must not end its script element.
    tail: `<script>${script.replaceAll('</script', '<\\/script')}</script>\n</body>\n</html>\n`,
  };
}
