import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { Need, Needs, PagePlace } from '../contracts/needs.ts';
import type { Shapes } from '../contracts/shape.ts';
import type { Surface } from '../contracts/surface.ts';
import { type MissingName, type Stops, type SurfaceCheck, stopsSchema } from '../contracts/surface-check.ts';
import { resolveShapes } from '../replica/builds/resolve-shapes.ts';
import { behaviourSince } from './behaviour-history.ts';
import { wrongArguments } from './check-arguments.ts';
import { inBetween, inBetweenSentence } from './in-between.ts';
import type { LibraryIndex } from './library-index.ts';
import { historySentence, lazySentence, noWebpackSince } from './name-sentences.ts';
import { neverShown } from './never-shown.ts';
import { placesText, placeText, presenceOf } from './page-names.ts';

/** Compares what a library's source needs with what a build offers. */
export function checkSurface({ needs, loads }: Pick<LibraryIndex, 'needs' | 'loads'>, surface: Surface): SurfaceCheck {
  const all = [
    ...missingNames(needs, surface, new Set(loads)),
    ...missingSelectors(needs, surface),
    ...missingFields(needs, surface),
  ].sort((a, b) => rank(a) - rank(b));
  const names = all.filter(({ name }, i) => all.findIndex((entry) => entry.name === name) === i);
  const first = names.find(({ certain, stops }) => certain && stops !== 'methods');
  return {
    schemaVersion: 1,
    library: needs.library,
    build: surface.build,
    stops: first && first.stops !== 'methods' ? first.stops : null,
    extrapolated: surface.extrapolated !== null,
    missing: names,
    restsOn: restsOn(needs, surface),
  };
}

/** Names up to `ready` that the data has, and of which it is not known whether the build still has them. */
function restsOn({ needs }: Needs, surface: Surface): SurfaceCheck['restsOn'] {
  const found = new Map<string, SurfaceCheck['restsOn'][number]>();
  for (const need of needs) {
    if (stopsOf(need) === 'methods' || !counts(need, surface) || need.conditional) continue;
    const [place] = need.places;
    const change = place && inBetween(surface, place);
    if (!change || presenceOf(surface, place, true) !== 'present') continue;
    const { after, since } = change;
    const name = placeText({ ...place, members: [] });
    found.set(name, { name, after, since });
  }
  return [...found.values()];
}

/** Sorted by the first step that they stop, certain ones before possible ones. */
function rank({ stops, certain }: MissingName): number {
  return stopsSchema.options.indexOf(stops) * 2 + (certain ? 0 : 1);
}

function missingNames(needs: Needs, surface: Surface, loads: ReadonlySet<string>): MissingName[] {
  return needs.needs.filter((need) => counts(need, surface)).flatMap((need) => missingOf(need, surface, loads) ?? []);
}

/** True for code that runs on this build and throws where the name is missing. */
export function counts({ throws, guarded, faces, since, before }: Need, { build, face }: Surface): boolean {
  if (!throws || guarded || !faces.includes(face)) return false;
  const number = parseBuild(build);
  if (since && compareBuilds(number, parseBuild(since)) < 0) return false;
  return !before || compareBuilds(number, parseBuild(before)) < 0;
}

/**
 * What of a need the build does not offer at the time at which the code runs; null for nothing.
 *
 * @param loads modules whose bundle the library requests itself.
 */
export function missingOf(need: Need, surface: Surface, loads: ReadonlySet<string>): MissingName | null {
  const stops = stopsOf(need);
  const loggedIn = stops !== 'qr';
  const shapes = resolveShapes(surface.build);
  const presences = need.places.map((place) => presenceOf(surface, place, loggedIn, shapes));
  if (presences.some((each) => each === 'present' || each === 'unknown')) return misused(need, surface, shapes);
  const [place] = need.places as [PagePlace, ...PagePlace[]];
  if (need.places.some(({ name }) => isLoaded(name, surface, loads))) return null;
  const { file, line, function: functionName } = need;
  const kind = presences.includes('late') && loggedIn ? 'lazy' : 'absent';
  const change = inBetween(surface, place);
  const bounds = change && { after: change.after, since: change.since };
  const at = { kind, stops, certain: !need.conditional, file, line, function: functionName, bounds } as const;
  if (kind === 'lazy') return { ...at, name: place.name, history: [lazySentence(place.name, surface)] };
  if (place.by === 'raid' && surface.face !== 'webpack') {
    return { ...at, name: 'modules of webpack, read with moduleRaid', history: [noWebpackSince] };
  }
  const isThere = (each: PagePlace) => presenceOf(surface, each, loggedIn, shapes) === 'present';
  const missing =
    [
      { ...place, export: null, members: [] },
      { ...place, members: [] },
    ].find((each) => !isThere(each)) ?? place;
  const merged = need.places.length > 1;
  const history = merged ? [] : historySentence(missing, surface);
  return {
    ...at,
    name: merged ? placesText(need.places) : placeText(missing),
    history: change ? [...history, inBetweenSentence(surface.build, change)] : history,
  };
}

/** True for a module that the library requests itself: by its name, or through a loader that brings it. */
function isLoaded(name: string, { modules }: Surface, loads: ReadonlySet<string>): boolean {
  const loaders = Object.keys(modules[name]?.loaders ?? {}).map((place) => place.split('.')[0] as string);
  return [name, ...loaders].some((each) => loads.has(each));
}

/** A name that is there and is called in another way; null where the call fits. */
function misused(need: Need, surface: Surface, shapes: Shapes): MissingName | null {
  const why = wrongArguments(need, surface, shapes);
  if (!why) return null;
  const { file, line, function: functionName, conditional, places } = need;
  const name = placeText(places[0] as PagePlace);
  const at = { file, line, function: functionName, bounds: null };
  return { kind: 'argument', name, stops: stopsOf(need), certain: !conditional, ...at, history: [why] };
}

function stopsOf({ stage }: Need): Stops {
  return stage === 'qr' || stage === 'authenticated' || stage === 'ready' ? stage : 'methods';
}

function missingSelectors({ awaited }: Needs, surface: Surface): MissingName[] {
  // Before `qr` the library waits for the first of several selectors.
  const waits = awaited.filter(({ stage, faces }) => stage === 'authenticated' && faces.includes(surface.face));
  return waits
    .flatMap((entry) => neverShown(entry, surface) ?? [])
    .map(({ awaited: { text, file, line, function: name }, why }) => ({
      kind: 'behaviour',
      name: text,
      stops: 'authenticated',
      certain: true,
      file,
      line,
      function: name,
      history: [why],
      bounds: boundsOf(surface, 'searchIcon'),
    }));
}

function missingFields({ messageKeyFields }: Needs, surface: Surface): MissingName[] {
  const field = surface.behaviours.msgKeyTextField;
  const [reader] = messageKeyFields;
  if (!reader || messageKeyFields.some((entry) => entry.field === field)) return [];
  const since = behaviourSince('msgKeyTextField', surface.build);
  return [
    {
      kind: 'behaviour',
      name: `${reader.field} of message ids`,
      stops: 'probe',
      certain: true,
      file: reader.file,
      line: reader.line,
      function: '',
      history: [
        `Build ${surface.build} keeps the text of a message key in ${field}${since ? `, since ${since}` : ''}.`,
      ],
      bounds: boundsOf(surface, 'msgKeyTextField'),
    },
  ];
}

function boundsOf(surface: Surface, behaviour: keyof Surface['behaviours']): MissingName['bounds'] {
  const change = inBetween(surface, behaviour);
  return change && { after: change.after, since: change.since };
}
