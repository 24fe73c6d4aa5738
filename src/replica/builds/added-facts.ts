import type { Archive, ArchivedShapes, BuildChange } from '../../contracts/build-data.ts';
import { sortBuilds } from '../../contracts/build-number.ts';
import type { Capture, ExportedFacts } from '../../contracts/capture.ts';
import { importedCaptures, updatedFacts } from './user-data.ts';

/** Facts that lie over those of the package: newer ones, and captures that the user imported or named. */
export interface AddedFacts {
  /** Those of `surface update`, which count where they are newer than the facts of the package; null where there are none. */
  updated: ExportedFacts | null;
  changes: readonly BuildChange[];
  /** Of the captures, by the file name that a change gives. */
  archives: ReadonlyMap<string, Archive>;
  shapes: ReadonlyMap<string, ArchivedShapes>;
}

/** A capture, and the file of this machine that it is from; null where another machine sent it. */
interface NamedCapture {
  capture: Capture;
  file: string | null;
}

/** By the number of the build. */
const captures = new Map<string, NamedCapture>();
/** Whether imported captures count beside those that were named. */
let importedCount = true;
let generation = 0;

/** Makes a capture the surface of its build in this process, in place of an imported one. @param file where it is from */
export function addCapture(capture: Capture, file: string): void {
  captures.set(capture.names.build, { capture, file });
  generation += 1;
}

/** The file whose capture is the surface of a build; null where none is. */
export function fileOfCapture(build: string): string | null {
  return captures.get(build)?.file ?? null;
}

/** Forgets the captures that were named, and reads again what the user imported. */
export function removeCaptures(): void {
  captures.clear();
  importedCount = true;
  generation += 1;
}

/** The captures in effect, by the number of their build: those that were named, and imported ones of other builds. */
export function capturesInEffect(): Capture[] {
  const imported = importedCount ? importedCaptures() : [];
  const all = new Map([...imported, ...captures.values()].map(({ capture }) => [capture.names.build, capture]));
  const builds = sortBuilds([...all.keys()]);
  return builds.map((build) => all.get(build) as Capture);
}

/** Makes these captures the only ones of this process: neither named nor imported ones count beside them. */
export function useOnlyCaptures(all: readonly Capture[]): void {
  captures.clear();
  importedCount = false;
  for (const capture of all) captures.set(capture.names.build, { capture, file: null });
  generation += 1;
}

/** Works with these captures alone in place of those that were named. */
export function withOnlyCaptures<Result>(
  named: readonly { capture: Capture; file: string }[],
  work: () => Result,
): Result {
  const before = [...captures];
  const change = (entries: Iterable<[string, NamedCapture]>) => {
    captures.clear();
    for (const [build, each] of entries) captures.set(build, each);
    generation += 1;
  };
  change(named.map((each) => [each.capture.names.build, each]));
  try {
    return work();
  } finally {
    change(before);
  }
}

/** What the user added, read once until more is. */
export const addedFacts = untilFactsChange((): AddedFacts => {
  const all = capturesInEffect();
  return {
    updated: updatedFacts(),
    changes: all.map((each) => changeOf(each, archiveName(each))),
    archives: new Map(all.map((each) => [archiveName(each), each.names])),
    shapes: new Map(all.map((each) => [archiveName(each), each.shapes])),
  };
});

/** A build may have an archive of the package beside its capture. */
function archiveName({ names: { build } }: Capture): string {
  return `${build.split('.')[2]}.captured.json`;
}

/** What a capture shows: its names from its build on, the values of switches of that very page, the behaviours that the page shows. */
export function changeOf(capture: Capture, archive: string): BuildChange {
  const { names, capturedAt, method, standIn, ran, values, behaviours, unresolved = {} } = capture;
  const executed = Object.entries(ran?.read ?? {}).flatMap(([name, way]) => (way === 'executed' ? [name] : []));
  return {
    since: names.build,
    date: names.date,
    // An html without its scripts shows values, and no names.
    ...(names.share.modules > 0 && { archive }),
    captured: capturedAt,
    reading: { method, executed, ...(standIn && { standIn }) },
    values,
    ...(Object.keys(behaviours).length > 0 && { set: behaviours }),
    ...(Object.keys(unresolved).length > 0 && { unresolved }),
    source: [...names.source],
    confidence: 'read',
  };
}

/** A value that is made again after facts were added. */
export function untilFactsChange<Value>(make: () => Value): () => Value {
  let madeAt = -1;
  let value: Value;
  return () => {
    if (madeAt !== generation) value = make();
    madeAt = generation;
    return value;
  };
}
