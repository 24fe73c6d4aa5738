import { bundle } from '../bundle/bundle.ts';
import { readStyles } from './read-styles.ts';

/** Allows scripts, styles and pictures of the page itself only, and no connections. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The two halves of a page that opens from disk without a network; script elements with JSON go between them. */
interface PageHalves {
  head: string;
  tail: string;
}

/** @param page the folder of its script, which finds an empty element with the id `app`. */
export async function selfContainedPage(page: 'report' | 'history', title: string): Promise<PageHalves> {
  const style = await readStyles('report', 'history');
  const script = await bundle(page);
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

/**
 * A value as JSON that is safe inside a script element: no `</script>`, no `<!--`, no line separators that old parsers end
 * lines at.
 */
function embedJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** A script element that holds a value as JSON under an id. */
export function embedScript(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${embedJson(value)}</script>\n`;
}
