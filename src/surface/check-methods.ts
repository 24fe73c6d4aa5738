import type { Need } from '../contracts/needs.ts';
import type { Surface } from '../contracts/surface.ts';
import type { MethodCheck, MissingName } from '../contracts/surface-check.ts';
import { resolveShapes } from '../replica/builds/resolve-shapes.ts';
import { type CheckedIndex, counts, missingOf } from './check-surface.ts';
import { inBetween, inBetweenSentence } from './in-between.ts';
import { knownFaults } from './known-faults.ts';
import type { KeyRead, LibraryIndex, PublicMethod } from './library-index.ts';
import { brokenWords } from './name-sentences.ts';
import { placeText, presenceOf } from './page-names.ts';

/**
 * For each public method of a library whether everything that its page code needs is there on the build. A method is `unknown`
 * where a condition decides whether the missing name is reached, where the data does not say what an object holds, and on a
 * build outside of the known range.
 */
export function checkMethods(
  { needs, loads, publicMethods, keyReads, faults }: MethodIndex,
  surface: Surface,
): MethodCheck[] {
  const loaded = new Set(loads);
  const byMethod = Map.groupBy(needs.needs, ({ stage }) => stage);
  return publicMethods.map((method) => {
    const fault = faultOf(method, faults, surface);
    if (fault) return fault;
    const stages = method.leadsTo.map((name) => `method:${name}`);
    const own = stages.flatMap((stage) => byMethod.get(stage) ?? []);
    const reads = keyReads.filter(({ stage }) => stages.includes(stage));
    return checkMethod(method, own, surface, { loaded, reads });
  });
}

type MethodIndex = CheckedIndex & Pick<LibraryIndex, 'publicMethods' | 'keyReads' | 'faults'>;

/** The fault of the library's own by which a method fails on the build; null for none. */
function faultOf(
  { name, leadsTo }: PublicMethod,
  faults: LibraryIndex['faults'],
  surface: Surface,
): MethodCheck | null {
  const isOn = (id: string | undefined) =>
    id === undefined || knownFaults.some((each) => each.id === id && each.isOn(surface));
  const fault = faults.find(({ method, known }) => leadsTo.includes(method) && isOn(known));
  return fault ? { name, status: 'broken', why: fault.why, at: { file: fault.file, line: fault.line } } : null;
}

function checkMethod(
  { name, isThere }: PublicMethod,
  needs: readonly Need[],
  surface: Surface,
  { loaded, reads }: { loaded: ReadonlySet<string>; reads: readonly KeyRead[] },
): MethodCheck {
  const unknown = (why: string, at: MethodCheck['at']): MethodCheck => ({ name, status: 'unknown', why, at });
  if (!isThere) return unknown('its source has another name', null);
  const missing = needs
    .filter((need) => counts(need, surface))
    .flatMap((need) => missingOf(need, surface, loaded) ?? []);
  const first = missing.find(({ certain, bounds }) => certain && bounds === null) ?? missing[0];
  if (first) {
    const at = { file: first.file, line: first.line };
    const why = brokenWords(first);
    const isSure = first.certain && first.bounds === null;
    return isSure ? { name, status: 'broken', why, at } : unknown(`Perhaps ${why}${usesOf(first, needs)}`, at);
  }
  const { msgKeyTextField } = surface.behaviours;
  const [read] = reads;
  if (read && reads.every(({ field }) => field !== msgKeyTextField)) {
    const why = `Perhaps it fails: it reads ${read.field} of a message's id, and this build keeps that text in ${msgKeyTextField}.`;
    return unknown(why, { file: read.file, line: read.line });
  }
  if (surface.extrapolated) return unknown(`Nothing is known of build ${surface.build}.`, null);
  for (const need of needs.filter((each) => counts(each, surface))) {
    if (need.places.some((each) => isSettled(each, surface))) continue;
    const [place] = need.places;
    const change = place && inBetween(surface, place);
    if (!change) continue;
    const why = `Perhaps ${placeText({ ...place, members: [] })} has changed. ${inBetweenSentence(surface.build, change)}`;
    return unknown(why, { file: need.file, line: need.line });
  }
  const doubt = needs.find((need) => counts(need, surface) && need.places.every((place) => isUnknown(place, surface)));
  const [place] = doubt?.places ?? [];
  if (doubt && place) {
    return unknown(`The data does not say whether ${placeText(place)} is there.`, {
      file: doubt.file,
      line: doubt.line,
    });
  }
  return { name, status: 'works', why: '', at: null };
}

/** What a method uses of a module that is missing, as a sentence: errors name only that. */
function usesOf({ name }: Pick<MissingName, 'name'>, needs: readonly Need[]): string {
  const places = needs.flatMap((need) => need.places).filter((place) => place.name === name && place.export !== null);
  const uses = [...new Set(places.map(placeText))];
  return uses.length > 0 ? ` It uses ${uses.join(', ')}.` : '';
}

/** True for what the build has, and had before and after it. */
const isSettled = (place: Need['places'][number], surface: Surface): boolean =>
  inBetween(surface, place) === null && presenceOf(surface, place, true, resolveShapes(surface.build)) === 'present';

const isUnknown = (place: Need['places'][number], surface: Surface): boolean =>
  presenceOf(surface, place, true, resolveShapes(surface.build)) === 'unknown';
