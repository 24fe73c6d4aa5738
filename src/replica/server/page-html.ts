import { type Boot, earlyModules, envOf } from '../../contracts/boot.ts';
import type { PageCircumstances } from '../../contracts/circumstances.ts';
import { replicaMark } from '../../contracts/replica-mark.ts';
import type { MemberTable } from '../../contracts/shape.ts';
import type { Behaviours, Surface } from '../../contracts/surface.ts';
import { untilFactsChange } from '../builds/added-facts.ts';
import { resolveShapes } from '../builds/resolve-shapes.ts';
import type { LivePage } from './live-page.ts';

/** Texts of a build, made once; `<` is escaped, since in the html it would end a script element. */
interface Texts {
  /** `Boot` without members and circumstances: the inside of an object. */
  boot: string;
  earlyMembers: string;
  serverData: string;
}

const texts = new WeakMap<Surface, Texts>();

/** As JSON inside of a script element. */
const inScript = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

function textsOf(known: Surface): Texts {
  let made = texts.get(known);
  if (made === undefined) {
    // What is not known of the build is no matter of the page.
    const { uncertain: _uncertain, archived: _archived, switches: _switches, ...surface } = known;
    const { members, parameters } = resolveShapes(known.build);
    const named = Object.keys(parameters).filter((place) => parameters[place]?.length === 1 && parameters[place][0]);
    const boot: Pick<Boot, 'surface' | 'named' | 'abProps'> = { surface, named, abProps: abPropsOf(known) };
    made = {
      boot: inScript(boot).slice(1, -1),
      earlyMembers: inScript(partOf(members, 'early')),
      serverData: known.face === 'comet' ? serverScripts(known, ownResources(known)) : '',
    };
    texts.set(known, made);
  }
  return made;
}

/** Early: of the modules that code in the page uses before a login, and of what those inherit from. Later: the others. */
function partOf(members: MemberTable, part: 'early' | 'later'): MemberTable {
  const early = new Set(Object.keys(members).filter((place) => earlyModules.has(place.split('.')[0] as string)));
  for (const place of early) {
    const parent = members[place]?.extends;
    if (parent !== undefined) early.add(parent);
  }
  return Object.fromEntries(Object.entries(members).filter(([place]) => early.has(place) === (part === 'early')));
}

const laterMembers = untilFactsChange(() => new Map<string, string>());

/** The members that the html leaves out, as JSON. @throws InputError as `resolveShapes`. */
export function laterMembersJson(build: string): string {
  const text = laterMembers().get(build) ?? JSON.stringify(partOf(resolveShapes(build).members, 'later'));
  laterMembers().set(build, text);
  return text;
}

/** What the page's code needs to know, as one JSON: `Boot` with all members. */
export function bootJson(surface: Surface, circumstances: PageCircumstances): string {
  const { boot } = textsOf(surface);
  const members = JSON.stringify(resolveShapes(surface.build).members);
  return `{${boot},"members":${members},"circumstances":${JSON.stringify(circumstances)}}`;
}

/** Data of the server in the html of Comet builds: a call of a module's function each. */
type ServerData = [module: string, method: string, argument: object];

/** As in the real html, with the length of the text, and with slashes escaped. */
function serverScript([module, method, argument]: ServerData): string {
  const text = inScript({ require: [[module, method, null, [argument]]] }).replaceAll('/', '\\/');
  return `<script type="application/json"  data-content-len="${text.length}" data-sjs>${text}</script>`;
}

const envScript = ({ behaviours }: Surface) =>
  `<script id="envjson" type="application/json">${inScript(envOf(behaviours))}</script>`;

/** Key of the page's one script in the map of resources. */
const script = 'replica';

type Resources = Pick<LivePage, 'rsrcMap' | 'compMap'>;

/** The one script of the replica stands for all of the build: its map names the components that bring a module. */
function ownResources({ build, modules }: Surface): Resources {
  const revision = build.split('.')[2];
  const components = Object.values(modules).flatMap((module) => [
    ...(module.components ?? []),
    ...Object.values(module.loaders ?? {}),
  ]);
  const src = `https://static.whatsapp.net/rsrc.php/${script}/${revision}.js`;
  return {
    rsrcMap: { [script]: { type: 'js', src, c: 1, m: `${revision}_main` } },
    compMap: Object.fromEntries([...new Set(components)].sort().map((name) => [name, { r: [script] }])),
  };
}

const serverScripts = (surface: Surface, resources: Resources) =>
  [envScript(surface), ...serverData(surface, resources).map(serverScript)].join('\n');

/**
 * Revision, switches, resources and components of a build, in the words and the form of the real html, where clients read them out of
 * the text. Only what is known is there: of the switches those that have a key.
 */
function serverData({ build, switches }: Surface, resources: Resources): ServerData[] {
  const revision = Number(build.split('.')[2]);
  const site = { server_revision: revision, client_revision: revision };
  const define = [['SiteData', [], site], ...conditionalDependencies(switches)];
  return [
    ['HasteSupportData', 'handle', switchData(switches)],
    [
      'Bootloader',
      'handlePayload',
      { consistency: { rev: revision }, rsrcMap: resources.rsrcMap, compMap: resources.compMap },
    ],
    ['ScheduledServerJS', 'handle', { __bbox: { define } }],
  ];
}

/** The module that stands for a conditional dependency, which a switch may leave without one. */
const standIns: Readonly<Record<string, string>> = { 'cr 9486': 'WAWebPrefetchLoadables' };

function conditionalDependencies(switches: Surface['switches']): unknown[][] {
  return Object.values(switches).flatMap(({ key, value }) => {
    const module = standIns[key ?? ''];
    if (key === null || module === undefined) return [];
    const names = value === 'true' ? [module] : [];
    return [[key.replace(' ', ':'), names, { __rc: [names[0] ?? null, null] }, -1]];
  });
}

/** Real pages get them from the server after the login, and take false for each until then. */
function abPropsOf({ switches }: Surface): Boot['abProps'] {
  const values = Object.values(switches).flatMap(({ key, value }) => {
    const [, not, name] = /^ab (!?)(\w+)$/.exec(key ?? '') ?? [];
    return name === undefined ? [] : [[name, (value === 'true') === (not === '')] as const];
  });
  return Object.fromEntries(values);
}

/** Values of switches under their numbers: `gkx` are true or false, `qex` have any value or null. */
function switchData(switches: Surface['switches']): object {
  const gkxData: Record<string, object> = {};
  const qexData: Record<string, object> = {};
  for (const { key, value } of Object.values(switches)) {
    const [kind, number = ''] = key?.split(' ') ?? [];
    if (kind === 'gkx') gkxData[number] = { result: value === 'true', hash: null };
    if (kind === 'qex') qexData[number] = { r: value === 'null' ? null : value };
  }
  return { gkxData, qexData };
}

/**
 * Html of `https://web.whatsapp.com/`. Builds with webpack name their manifest after the version, Comet builds do not; the
 * first screen replaces the splash. The script names the build, because a program may keep the html and answer with it later.
 *
 * @param nonce of the response: scripts with it run under a policy that refuses inline scripts.
 * @param live the scripts and components that its maps name, in place of the replica's own script
 */
export function pageHtml(
  surface: Surface,
  circumstances: PageCircumstances,
  nonce: string,
  live: LivePage | null = null,
): string {
  const { boot, earlyMembers, serverData: own } = textsOf(surface);
  const data = live ? serverScripts(surface, live) : own;
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
${data}
</head>
<body class="web">
<div id="app"><div id="wa_web_initial_startup"><progress value="0" max="100"></progress></div></div>
<script type="application/json" id="boot">{${boot},"members":${earlyMembers},"circumstances":${inScript(circumstances)}}</script>
<script nonce="${nonce}" src="/static/app.js?build=${surface.build}"></script>
</body>
</html>
`;
}

/** Injected code may evaluate text, as on the real page. Beside a nonce browsers ignore 'unsafe-inline'. */
export const contentSecurityPolicy = ({ inlineScripts }: Behaviours, nonce: string) =>
  [
    "default-src 'self' data: blob:",
    `script-src 'self' 'unsafe-eval' ${inlineScripts === 'nonce' ? `'nonce-${nonce}'` : "'unsafe-inline'"} data: blob:`,
    "style-src 'self' 'unsafe-inline' data:",
    "connect-src 'self' wss://web.whatsapp.com data: blob:",
  ].join('; ');

/** The page for a browser that the build does not support. */
export const unsupportedBrowserHtml = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>WhatsApp Web</title></head>
<body><div class="landing-title version-title">WhatsApp works with Google Chrome 100+</div>
<p>To use WhatsApp, update Chrome or use Mozilla Firefox, Safari, Microsoft Edge or Opera.</p></body></html>
`;
