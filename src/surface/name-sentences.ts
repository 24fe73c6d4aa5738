import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { PagePlace } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import type { Fact, MissingKind, MissingName } from '../contracts/surface-check.ts';
import { lastOffered, type NameEvent, nameHistory } from '../replica/builds/name-history.ts';
import { placeText, presenceOf } from './page-names.ts';

export const noWebpackSince =
  'Builds from 2.3000.1012058694 (2024-03-15) on are not made with webpack (wwebjs/whatsapp-web.js#2789).';

const words: Record<NameEvent['what'], string> = {
  added: 'added in',
  removed: 'removed in',
  lazy: 'loaded only on demand from',
  'first-read': 'seen in the archive of',
  absent: 'not in the archive of',
};

/** `removed in 2.3000.1026498050 (2025-08-29; reported: wppconnect-team/wa-js#2869)`. */
export function eventText({ what, since, date, confidence, sources }: NameEvent): string {
  return `${words[what]} ${since} (${date}; ${confidence}: ${sources.join(', ')})`;
}

/** Since when the page of a build loads a module only on request, and that the library does not request it. */
export function lazySentence(module: string, surface: Surface): string {
  const past = nameHistory(module).filter(
    ({ since }) => compareBuilds(parseBuild(since), parseBuild(surface.build)) <= 0,
  );
  const lazy = past.findLast(({ what }) => what === 'lazy');
  const known = lazy ? ` (${eventText(lazy)})` : '';
  const { loaders = {}, unresolved = [] } = surface.modules[module] ?? {};
  const [loader] = Object.keys(loaders);
  const by = loader ? `, with ${loader}()` : '';
  const request = `and the library does not request it${by}.`;
  if (unresolved.length > 0)
    return `${module} waits for ${unresolved.join(', ')}, which the page loads only on request, ${request}`;
  return `The page loads ${module} only on request${known}, ${request}`;
}

/** The change by which a build came to lack a name, or to load it only on request; null where none is known. */
export function lossFact(place: PagePlace, { build }: Surface): Fact | null {
  if (place.by === 'raid' || place.members.length > 0) return null;
  const past = nameHistory(place.name, place.export ?? undefined).filter(
    ({ since }) => compareBuilds(parseBuild(since), parseBuild(build)) <= 0,
  );
  const loss = past.findLast(({ what }) => what === 'removed' || what === 'absent' || what === 'lazy');
  if (!loss) return null;
  const { since, date, confidence, sources } = loss;
  return { since, date, confidence, sources };
}

/** Which builds offered a name, as far as known: one sentence, or none. */
export function historySentence(place: PagePlace, surface: Surface | null): string[] {
  if (place.by === 'raid' || place.members.length > 0) return [];
  const name = placeText(place);
  const history = nameHistory(place.name, place.export ?? undefined);
  if (!surface) return history.length > 0 ? [`${name}: ${history.map(eventText).join('; ')}.`] : [];
  const last = lastOffered(place.name, place.export ?? undefined, surface.build);
  if (last === null) return [`No known build up to ${surface.build} offers ${name}.`];
  const past = history.filter(({ since }) => compareBuilds(parseBuild(since), parseBuild(surface.build)) <= 0);
  const loss = past.findLast(({ what }) => what === 'removed' || what === 'absent' || what === 'lazy');
  if (!loss) return last === surface.build ? [] : [`${name} was offered up to ${last}.`];
  if (loss.what === 'lazy') return [`${name}: ${eventText(loss)}.`];
  if (last === surface.build) return [];
  if (loss.what === 'removed') return [`${name} was offered up to ${last}; ${eventText(loss)}.`];
  // An archive only shows that the name was removed at some time before; the last build with it comes from an older archive.
  const gain = past.slice(0, past.indexOf(loss)).findLast(({ what }) => what === 'added' || what === 'first-read');
  return [`${name}: ${[gain, loss].flatMap((event) => (event ? eventText(event) : [])).join('; ')}.`];
}

/** Names of the build that resemble the missing one: one sentence, or none. */
export function offerSentence(place: PagePlace, surface: Surface | null): string[] {
  if (surface?.face !== 'comet' || place.by === 'raid' || presenceOf(surface, place, true) !== 'absent') return [];
  const { modules, collections, build } = surface;
  const siblings = place.name === 'WAWebCollections' ? collections : (modules[place.name]?.exports ?? {});
  const near = place.export === null ? [] : similar(place.export, Object.keys(siblings));
  if (near.length > 0) return [`Nearest names in ${place.name} of build ${build}: ${near.join(', ')}.`];
  const nearModules = similar(place.export ?? place.name, Object.keys(modules));
  return nearModules.length > 0 ? [`Nearest modules of build ${build}: ${nearModules.join(', ')}.`] : [];
}

/** Up to three names with all distinctive words of `wanted`; those with the same beginning and short ones first. */
function similar(wanted: string, names: readonly string[]): string[] {
  const words = wordsOf(wanted);
  if (words.length === 0) return [];
  return names
    .filter((name) => name !== wanted && words.every((word) => wordsOf(name).includes(word)))
    .sort((a, b) => Number(begins(b, wanted)) - Number(begins(a, wanted)) || a.length - b.length)
    .slice(0, 3);
}

/** True when both names begin with the same word. */
function begins(name: string, wanted: string): boolean {
  return /^[A-Z]*[a-z]*/.exec(name)?.[0] === /^[A-Z]*[a-z]*/.exec(wanted)?.[0];
}

const idleWords = new Set([
  'get',
  'set',
  'is',
  'to',
  'or',
  'throw',
  'maybe',
  'utils',
  'action',
  'job',
  'api',
  'bridge',
]);

/** `WAWebCallCollection` → call, collection; generic words are left out. */
function wordsOf(name: string): string[] {
  const parts = name.replace(/^WA(?:Web)?/, '').match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [];
  return parts.map((part) => part.toLowerCase()).filter((part) => !idleWords.has(part));
}

const happened: Partial<Record<MissingKind, string>> = { lazy: 'is not loaded', absent: 'is missing' };

/** What is wrong with a name, in sentences: `WAWebX is not loaded. The page loads WAWebX only on request, ...` */
export function brokenWords({ kind, name, history }: Pick<MissingName, 'kind' | 'name' | 'history'>): string {
  return [...(happened[kind] ? [`${name} ${happened[kind]}.`] : []), ...history].join(' ');
}
