import type { ProbeValues } from '../../contracts/capture.ts';
import { parseJson } from '../../contracts/parse-json.ts';
import { prefetcher } from './loaders.ts';

/** What the html of a page says of its modules. */
export interface HtmlFacts {
  /** Modules that the page loads by itself after the start, listed as `{"__dr":"Name"}`. */
  deferred: string[];
  /** Components of its map, with the resources of each: `"Name":{"r":[...]}`. */
  components: string[];
  /**
   * The module that stands for each conditional dependency, if any: `["cr:9486",["Name"],...]`. Whether the page prefetches is a switch,
   * so what only the prefetcher needs does not count.
   */
  conditional: ReadonlyMap<string, string>;
}

export function htmlFacts(html: string): HtmlFacts {
  const namesIn = (pattern: RegExp) => [...new Set([...html.matchAll(pattern)].map(([, name]) => name as string))];
  return {
    deferred: namesIn(/"__dr":"([^"]+)"/g),
    components: namesIn(/"([\w.$-]+)":\{"r":\[/g),
    conditional: new Map(
      [...html.matchAll(conditionalDependency)]
        .flatMap(([, number, name]) => (name === undefined ? [] : [[`cr:${number}`, name] as const]))
        .filter(([, name]) => name !== prefetcher),
    ),
  };
}

/** `["cr:9486",["Name"],` or, where nothing stands for it, `["cr:9486",[],`. */
const conditionalDependency = /\["cr:(\d+)",\[(?:"([^"]+)")?\]/g;

/** The addresses of scripts that a text names. */
export function scriptAddresses(text: string): Set<string> {
  return new Set(text.replaceAll('\\/', '/').match(/static\.whatsapp\.net\/rsrc\.php\/[\w/.+-]+?\.js/g) ?? []);
}

/** The build that an html names; null for a page of another site, and for builds before 2.3000. */
export function buildOfPage(html: string): string | null {
  const revision = /"client_revision":(\d{1,12})\b/.exec(html)?.[1];
  const isWhatsApp = /static\.whatsapp\.net|web\.whatsapp\.com/.test(html);
  return revision === undefined || !isWhatsApp ? null : `2.3000.${revision}`;
}

/** The build of a page from before 2.3000, which names its manifest after itself; null for any other. */
export function olderBuildOfPage(html: string): string | null {
  return /manifest-(2\.2\d{3}\.\d+)[\w.-]*\.json/.exec(html)?.[1] ?? null;
}

/**
 * Values that a page has under the keys of switches: `gkx 26258` -> `true`, `qex 5241` -> `null`, `cr 9486` -> `true`. A value that is no
 * word is left out: it may be a text.
 */
export function switchValuesOf(html: string): Record<string, string> {
  const values: Record<string, string> = {};
  const keep = (key: string, value: unknown) => {
    if (isNumber(key) && isWord(String(value))) values[key] = String(value);
  };
  for (const data of objectsAfter(html, 'gkxData')) {
    for (const [number, each] of Object.entries(data)) keep(`gkx ${number}`, fieldOf(each, 'result'));
  }
  for (const data of objectsAfter(html, 'qexData')) {
    for (const [number, each] of Object.entries(data)) keep(`qex ${number}`, fieldOf(each, 'r'));
  }
  for (const [, number, name] of html.matchAll(conditionalDependency)) {
    values[`cr ${number}`] = String(name !== undefined);
  }
  return values;
}

/** Rates of logging by their numbers, as the html gives them; the first 500. */
export function clpDataOf(html: string): ProbeValues['clpData'] {
  const all = objectsAfter(html, 'clpData').flatMap((data) => Object.entries(data));
  const rates = all.flatMap(([number, each]) => {
    const [r, s] = [fieldOf(each, 'r'), fieldOf(each, 's')];
    if (!/^\d+$/.test(number) || typeof r !== 'number') return [];
    return [[number, { r, ...(typeof s === 'number' && { s }) }] as const];
  });
  return Object.fromEntries(rates.slice(0, 500));
}

const isNumber = (key: string) => /^\w+ \d+$/.test(key);
const isWord = (value: string) => /^[\w.$:-]{1,64}$/.test(value);

function fieldOf(each: unknown, key: string): unknown {
  return each !== null && typeof each === 'object' ? ((each as Record<string, unknown>)[key] ?? null) : null;
}

/** The policies of a header, and those that the html itself names; a page may do what each of them allows. */
export function securityPolicies(header: string, html: string): string[] {
  const metas = [...html.matchAll(/<meta\b[^>]*http-equiv="?content-security-policy[^>]*>/gi)];
  const named = metas.flatMap(([meta]) => /\bcontent="([^"]*)"/i.exec(meta)?.[1] ?? []);
  return [...header.split(','), ...named.map((each) => each.replaceAll('&#039;', "'").replaceAll('&#39;', "'"))];
}

/** What follows the first of these directives that a policy has, such as `script-src 'self'`; null where it has none of them. */
export function sourcesOf(policy: string, directives: readonly string[]): string | null {
  const all = policy.split(';').map((each) => each.trim());
  const found = directives.map((name) => all.find((each) => each.split(/\s/)[0]?.toLowerCase() === name));
  return found.find((each) => each !== undefined) ?? null;
}

/** What the html sets for the loader of modules. */
export function loaderSettingsOf(html: string): Record<string, unknown> {
  const text = /<script id="envjson"[^>]*>([^<]*)<\/script>/.exec(html)?.[1];
  const settings = text === undefined ? null : parseJson(text);
  return settings !== null && typeof settings === 'object' ? (settings as Record<string, unknown>) : {};
}

/** Every object that follows a key in the data of an html; what is no JSON is left out. */
function objectsAfter(html: string, key: string): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const start = `"${key}":{`;
  for (let at = html.indexOf(start); at >= 0; at = html.indexOf(start, at + 1)) {
    const value = parseJson(objectAt(html, at + start.length - 1));
    if (value !== null && typeof value === 'object') found.push(value as Record<string, unknown>);
  }
  return found;
}

/** The text from an opening brace to the one that closes it. */
function objectAt(text: string, start: number): string {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(start, at + 1);
    }
  }
  return '';
}
