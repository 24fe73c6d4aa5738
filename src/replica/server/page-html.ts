import type { PageCircumstances } from '../../contracts/circumstances.ts';
import { replicaMark } from '../../contracts/replica-mark.ts';
import type { Surface } from '../../contracts/surface.ts';
import { resolveShapes } from '../builds/resolve-shapes.ts';

/** `<` inside the JSON would end the script element. */
const inScript = (json: string) => json.replaceAll('<', '\\u003c');

const texts = new WeakMap<Surface, string>();

/** What the page's code needs to know, as JSON. What is not known of the build is no matter of the page. */
export function bootJson(known: Surface, circumstances: PageCircumstances): string {
  let text = texts.get(known);
  if (text === undefined) {
    const { uncertain: _uncertain, archived: _archived, switches: _switches, ...surface } = known;
    const { members, parameters } = resolveShapes(known.build);
    const named = Object.keys(parameters).filter((place) => parameters[place]?.length === 1 && parameters[place][0]);
    text = `"surface":${JSON.stringify(surface)},"members":${JSON.stringify(members)},"named":${JSON.stringify(named)}`;
    texts.set(known, text);
  }
  return `{${text},"circumstances":${JSON.stringify(circumstances)}}`;
}

/**
 * Html of `https://web.whatsapp.com/`. Builds with webpack name their manifest after the version, Comet builds do not; the
 * first screen replaces the splash. The script names the build, because a program may keep the html and answer with it later.
 */
export function pageHtml(surface: Surface, circumstances: PageCircumstances): string {
  const manifest = surface.face === 'webpack' ? `/manifest-${surface.build}.json` : '/data/manifest.json';
  return `<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="${replicaMark}" content="${surface.build}">
<title>WhatsApp Web</title>
<link rel="manifest" href="${manifest}" crossorigin="use-credentials">
<link rel="icon" href="data:,">
<style>
body{margin:0;font:16px sans-serif;background:#fff;color:#111b21}
.landing,.loading,.two{padding:24px}
.qr{display:inline-block;padding:20px;background:#fff;min-width:228px;min-height:228px}
</style>
</head>
<body class="web">
<div id="app"><div id="wa_web_initial_startup"><progress value="0" max="100"></progress></div></div>
<script type="application/json" id="boot">${inScript(bootJson(surface, circumstances))}</script>
<script src="/static/app.js?build=${surface.build}"></script>
</body>
</html>
`;
}

/** The page for a browser that the build does not support. */
export const unsupportedBrowserHtml = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>WhatsApp Web</title></head>
<body><div class="landing-title version-title">WhatsApp works with Google Chrome 85+</div>
<p>To use WhatsApp, update Chrome or use Mozilla Firefox, Safari, Microsoft Edge or Opera.</p></body></html>
`;
