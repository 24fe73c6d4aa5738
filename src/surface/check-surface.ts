import type { Confidence } from '../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../contracts/build-number.ts';
import type { Need, NeedStage, Needs, PagePlace } from '../contracts/needs.ts';
import type { OpenName } from '../contracts/prediction.ts';
import type { Shapes } from '../contracts/shape.ts';
import type { Surface } from '../contracts/surface.ts';
import { type MissingName, type Stops, type SurfaceCheck, stopsSchema } from '../contracts/surface-check.ts';
import { newestPossible } from '../replica/builds/newest-possible.ts';
import { resolveShapes } from '../replica/builds/resolve-shapes.ts';
import { behaviourFact, behaviourSince } from './behaviour-history.ts';
import { brokenCall } from './broken-calls.ts';
import { wrongArguments } from './check-arguments.ts';
import { boundsOf, inBetween, inBetweenSentence } from './in-between.ts';
import type { LibraryIndex } from './library-index.ts';
import { historySentence, lazySentence, lossFact, noWebpackSince } from './name-sentences.ts';
import { neverShown } from './never-shown.ts';
import { placesText, placeText, presenceOf } from './page-names.ts';

/** Compares what a library's source needs with what a build offers. */
export function checkSurface(index: CheckedIndex, surface: Surface): SurfaceCheck {
  const names = missingOn(index, surface);
  const stops = stoppingNames(names)[0]?.stops ?? null;
  const ending = stoppingNames(names).filter((each) => each.stops === stops);
  const open = openNames(index, surface).filter((each) => each.stops !== 'methods');
  return {
    schemaVersion: 1,
    library: index.needs.library,
    build: surface.build,
    stops,
    extrapolated: surface.extrapolated !== null,
    missing: names,
    confidence: confidenceOf(surface, ending, open.length > 0),
    read: surface.archived,
    behavioursOf: surface.behavioursOf,
    restsOn: open.filter(({ offered }) => offered),
  };
}

function confidenceOf(
  { build, extrapolated, archived, behavioursOf }: Surface,
  [first]: readonly StoppingName[],
  isOpen: boolean,
): Confidence {
  if (extrapolated !== null) return 'assumed';
  const known = behavioursOf !== null ? 'inferred' : archived.upTo === build ? 'read' : 'reported';
  if (first) return first.bounds ? 'inferred' : (first.fact?.confidence ?? known);
  return isOpen ? 'inferred' : known;
}

/** A name without which the library certainly does not get through its probe. */
export type StoppingName = MissingName & { certain: true; stops: Exclude<Stops, 'methods'> };

/** Those that certainly stop a step up to the probe, in the given order. */
export function stoppingNames(missing: readonly MissingName[]): StoppingName[] {
  return missing.filter((each): each is StoppingName => each.certain && each.stops !== 'methods');
}

export type CheckedIndex = Pick<LibraryIndex, 'needs' | 'loads'>;

/** One entry for each name, those first that stop the first steps. */
function missingOn({ needs, loads }: CheckedIndex, surface: Surface): MissingName[] {
  const all = [
    ...missingNames(needs, surface, new Set(loads)),
    ...unsetGlobals(needs, surface),
    ...missingSelectors(needs, surface),
    ...missingFields(needs, surface),
  ].sort((a, b) => rank(a) - rank(b));
  const seen = new Set<string>();
  return all.filter(({ name }) => !seen.has(name) && seen.add(name));
}

/**
 * The needs of which it is not known whether the build meets them, since a change came after an older build and by a newer one: names
 * that are there and may be gone, and names that are missing and may have come.
 */
export function openNames({ needs, loads }: CheckedIndex, surface: Surface): OpenName[] {
  const newest = newestPossible(surface);
  if (newest === surface) return [];
  const touched = needs.needs.filter(({ places }) => places.some((place) => inBetween(surface, place)));
  const index = { needs: { ...needs, needs: touched }, loads };
  const [missing, missingThen] = [surface, newest].map((each) =>
    missingOn(index, each).filter(({ certain }) => certain),
  );
  const open = (some: readonly MissingName[] = [], others: readonly MissingName[] = [], offered: boolean): OpenName[] =>
    some.flatMap(({ name, stops, bounds }) =>
      bounds && !others.some((other) => other.name === name) ? [{ name, stops, offered, ...bounds }] : [],
    );
  return [...open(missingThen, missing, true), ...open(missing, missingThen, false)];
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
  const change = need.places.map((each) => inBetween(surface, each)).find((each) => each !== null) ?? null;
  const bounds = boundsOf(change);
  const at = { kind, stops, certain: !need.conditional, file, line, function: functionName, bounds } as const;
  if (kind === 'lazy') {
    const module = { ...place, export: null, members: [] };
    return { ...at, name: place.name, history: [lazySentence(place.name, surface)], fact: lossFact(module, surface) };
  }
  if (place.by === 'raid' && surface.face !== 'webpack') {
    return { ...at, name: 'modules of webpack, read with moduleRaid', history: [noWebpackSince], fact: null };
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
    fact: merged ? null : lossFact(missing, surface),
  };
}

/** True for a module that the library requests itself: by its name, or through a loader that brings it. */
function isLoaded(name: string, { modules }: Surface, loads: ReadonlySet<string>): boolean {
  const loaders = Object.keys(modules[name]?.loaders ?? {}).map((place) => place.split('.')[0] as string);
  return [name, ...loaders].some((each) => loads.has(each));
}

/** A name that is there and is called in another way, or does not work on this build; null where nothing is known against the call. */
function misused(need: Need, surface: Surface, shapes: Shapes): MissingName | null {
  const wrong = wrongArguments(need, surface, shapes);
  const broken = wrong === null ? brokenCall(need, surface) : null;
  const why = wrong ?? broken?.why;
  if (!why) return null;
  const { file, line, function: functionName, conditional, places } = need;
  const name = placeText(places[0] as PagePlace);
  const at = { file, line, function: functionName, bounds: null, fact: null };
  return {
    kind: wrong ? 'argument' : 'behaviour',
    name,
    stops: stopsOf(need),
    certain: !conditional && (broken?.isCertain ?? true),
    ...at,
    history: [why],
  };
}

function stopsOf({ stage }: Need): Stops {
  return stepOf(stage);
}

function stepOf(stage: NeedStage): Stops {
  return stage === 'qr' || stage === 'authenticated' || stage === 'ready' ? stage : 'methods';
}

function unsetGlobals({ unsetGlobals: unset }: Needs, { face }: Surface): MissingName[] {
  return unset
    .filter(({ faces }) => faces.includes(face))
    .map(({ name, stage, conditional, file, line, function: functionName }) => ({
      kind: 'absent',
      name: `window.${name}`,
      stops: stepOf(stage),
      certain: !conditional,
      file,
      line,
      function: functionName,
      history: [`The library itself sets window.${name}, and not on a page of this kind before it calls it.`],
      fact: null,
      bounds: null,
    }));
}

function missingSelectors({ awaited }: Needs, surface: Surface): MissingName[] {
  // Before `qr` the library waits for the first of several selectors.
  const waits = awaited.filter(({ stage, faces }) => stage === 'authenticated' && faces.includes(surface.face));
  return waits
    .flatMap((entry) => neverShown(entry, surface) ?? [])
    .map(({ awaited: { text, file, line, function: name }, why, certain }) => ({
      kind: 'behaviour',
      name: text,
      stops: 'authenticated',
      certain,
      file,
      line,
      function: name,
      history: [why],
      fact: behaviourFact('searchIcon', surface.build),
      bounds: boundsOf(inBetween(surface, 'searchIcon')),
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
      fact: behaviourFact('msgKeyTextField', surface.build),
      bounds: boundsOf(inBetween(surface, 'msgKeyTextField')),
    },
  ];
}
