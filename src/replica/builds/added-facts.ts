import type { Archive, ArchivedShapes, BuildChange } from '../../contracts/build-data.ts';
import type { Capture } from '../../contracts/capture.ts';

/** Facts that lie over those of the package: captures that the user imported or named. */
export interface AddedFacts {
  changes: readonly BuildChange[];
  /** By the file name that a change gives. */
  archives: ReadonlyMap<string, Archive>;
  shapes: ReadonlyMap<string, ArchivedShapes>;
}

const captures = new Map<string, { capture: Capture; file: string }>();
let generation = 0;

/** Makes a capture the surface of its build in this process. @param file where it is from */
export function addCapture(capture: Capture, file: string): void {
  captures.set(capture.names.build, { capture, file });
  generation += 1;
}

/** The file whose capture is the surface of a build; null where none is. */
export function fileOfCapture(build: string): string | null {
  return captures.get(build)?.file ?? null;
}

/** For tests: the facts are those of the package again. */
export function removeCaptures(): void {
  captures.clear();
  generation += 1;
}

/** The captures of this process as dated changes. */
export function addedFacts(): AddedFacts {
  const all = [...captures.values()].map(({ capture }) => capture);
  return {
    changes: all.map(changeOf),
    archives: new Map(all.map((each) => [archiveName(each), each.names])),
    shapes: new Map(all.map((each) => [archiveName(each), each.shapes])),
  };
}

/** A build may have an archive of the package beside its capture. */
function archiveName({ names: { build } }: Capture): string {
  return `${build.split('.')[2]}.captured.json`;
}

/** What a capture shows: its names from its build on, the values of switches of that very page, the behaviours that the page shows. */
export function changeOf(capture: Capture): BuildChange {
  const { names, capturedAt, values, behaviours } = capture;
  return {
    since: names.build,
    date: names.date,
    archive: archiveName(capture),
    captured: capturedAt,
    values,
    ...(Object.keys(behaviours).length > 0 && { set: behaviours }),
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
