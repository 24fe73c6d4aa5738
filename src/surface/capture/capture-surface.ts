import { setFlagsFromString } from 'node:v8';
import type { Capture, CaptureFinding, ObservedPage } from '../../contracts/capture.ts';
import { replicaMark } from '../../contracts/replica-mark.ts';
import type { Parameters } from '../../contracts/shape.ts';
import type { Behaviours } from '../../contracts/surface.ts';
import { asItRan } from './as-it-ran.ts';
import { describeArchive } from './describe-archive.ts';
import { htmlFacts, loaderSettingsOf, scriptAddresses, sourcesOf, switchValuesOf } from './html-facts.ts';
import { KeptReadings } from './kept-readings.ts';
import { type ModuleText, moduleTexts, parseCode } from './module-text.ts';
import { probesInText } from './probes.ts';
import { SharedValues } from './shared-values.ts';

/** A script of a page. */
export interface PageScript {
  /** Its address, or its file. */
  name: string;
  text: string;
}

/** A page as it came, from files or over the network. */
export interface CapturedPage {
  build: string;
  /** When the page was served: `2026-08-10`. */
  date: string;
  /** When it was read, in ISO form. */
  capturedAt: string;
  method: Capture['method'];
  source: string;
  /** Something stood in for the live site. A page of a replica says so itself. */
  standIn?: true;
  /** Empty where only scripts are there. */
  html: string;
  /** Of the answer with the html; null where it is not known. */
  contentSecurityPolicy: string | null;
  scripts: readonly PageScript[];
  /** Scripts that could not be had, each with the reason. */
  missing: readonly { script: string; message: string }[];
  /** What the page showed while it ran, where a browser ran it. */
  observed?: ObservedPage;
}

/**
 * The surface of a page, read from the text of its html and its scripts: nothing is evaluated. Where a browser ran the page, what it showed
 * replaces what its text lets expect. It covers every module of the page, and says of the given ones whether the page has them.
 *
 * @param known modules of which it is written down that the page lacks them
 * @param readings of earlier pages; gets those of this one
 */
export function captureSurface(page: CapturedPage, known: readonly string[], readings = new KeptReadings()): Capture {
  collectOften();
  const { html, scripts, build } = page;
  const { deferred, components, conditional } = htmlFacts(html);
  const scriptOf = new Map<string, string>();
  const shared = new SharedValues();
  const texts: ModuleText[] = [];
  const broken: CaptureFinding[] = [];
  // What comes after the module at which a script is cut off is not known.
  let isCutOff = false;
  for (const { name, text } of scripts) {
    const its = [...moduleTexts(text, conditional, shared)];
    for (const each of its) scriptOf.set(each.name, name);
    texts.push(...its);
    const last = its.at(-1);
    const error = parseError(name, last?.text ?? text);
    if (error === null) continue;
    if (last) isCutOff = true;
    else broken.push({ kind: 'script-unreadable', script: name, modules: [], message: error });
  }
  const names = new Set(texts.map((each) => each.name));
  // Without an html it is not known which scripts a page has.
  const complete = html !== '' && page.missing.length === 0 && broken.length === 0 && !isCutOff && names.size > 0;
  const archive = describeArchive({
    build,
    date: page.date,
    source: [page.source],
    complete,
    texts,
    shared,
    deferred,
    components,
    covered: [...new Set([...names, ...known])],
    known: {},
    describe: readings.describe,
  });
  const unreadable = Object.entries(archive.names.modules).filter(
    ([name, { evidence }]) => evidence === 'uses' && names.has(name),
  );
  const groups = Map.groupBy(unreadable, ([name]) => scriptOf.get(name) as string);
  const unparsed = [...groups].map(
    ([script, modules]): CaptureFinding => ({
      kind: 'script-unreadable',
      script,
      modules: modules.map(([name]) => name),
      message: 'these modules cannot be parsed',
    }),
  );
  const { names: named, shapes } = archive;
  const text = { names: named, behaviours: behavioursOf(page, archive), values: switchValuesOf(html) };
  const isLinked = page.method === 'account';
  const probes = probesInText(page, named);
  const shown = page.observed ? asItRan({ ...text, texts, probes }, page.observed, { isLinked, known }) : text;
  return {
    schemaVersion: 1,
    kind: 'surface-capture',
    capturedAt: page.capturedAt,
    method: page.method,
    ...((page.standIn || html.includes(replicaMark)) && { standIn: true }),
    scripts: { named: Math.max(scriptAddresses(html).size, scripts.length), read: scripts.length },
    findings: [...page.missing.map((each) => ({ kind: 'script-missing' as const, ...each })), ...broken, ...unparsed],
    ...shown,
    shapes,
    dependencies: dependenciesOf(texts),
  };
}

/**
 * By default V8 lets the garbage of thousands of syntax trees lie on a machine with much memory: a generated page of 13,000 modules took 900 MB.
 * On a quiet machine of two cores it takes 410 to 470 MB and 12 s with these, and 480 to 525 MB and 10 s with a growth of 40 to 60 %.
 */
function collectOften(): void {
  setFlagsFromString('--heap-growing-percent=12');
  setFlagsFromString('--semi-space-growth-factor=1');
}

function dependenciesOf(texts: readonly ModuleText[]): Record<string, string[]> {
  const some = texts.filter(({ dependencies }) => dependencies.length > 0);
  return Object.fromEntries(some.map(({ name, dependencies }) => [name, [...dependencies]]));
}

/** Why a text cannot be read; null for one that can. */
function parseError(name: string, text: string): string | null {
  try {
    return parseCode(name, text).errors[0]?.message ?? null;
  } catch (error) {
    if (error instanceof RangeError) return 'it is nested too deeply';
    throw error;
  }
}

/** The behaviours that text shows; what is not certain is left out. */
function behavioursOf(
  { html, contentSecurityPolicy: policy }: CapturedPage,
  { names, shapes }: ReturnType<typeof describeArchive>,
): Partial<Behaviours> {
  const events = names.modules.WAWebCmd?.events ?? [];
  const isBridged = events.includes('logout_from_bridge');
  const seen = shapes.modules.WAWebUpdateUnreadChatAction?.parameters?.sendSeen;
  return {
    ...(isBridged || events.includes('logout') ? { cmdEvents: isBridged ? 'from_bridge' : 'plain' } : {}),
    ...(seen && seen.length > 0 ? { sendSeenArgument: takesObject(seen) ? 'object' : 'chat' } : {}),
    ...(html === '' ? {} : { usedFactories: loaderSettingsOf(html).clear_js_factory_after_used ? 'cleared' : 'kept' }),
    ...(policy === null ? {} : { inlineScripts: inlineScriptsOf(policy) }),
  };
}

function takesObject([first]: Parameters): boolean {
  return first !== null && first !== undefined;
}

/** @param header one policy or several, separated by commas, of which each has to allow a script; without one, all are allowed */
function inlineScriptsOf(header: string): Behaviours['inlineScripts'] {
  return header.split(',').every(allowsInlineScripts) ? 'all' : 'nonce';
}

/** Browsers ignore 'unsafe-inline' beside a nonce or a hash. */
function allowsInlineScripts(policy: string): boolean {
  const sources = sourcesOf(policy, ['script-src-elem', 'script-src', 'default-src']);
  return sources === null || (/'unsafe-inline'/i.test(sources) && !/'(?:nonce|sha\d+)-/i.test(sources));
}
