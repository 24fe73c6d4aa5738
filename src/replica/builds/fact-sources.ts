import type { ExportedFacts } from '../../contracts/capture.ts';
import { keptTimeline } from './kept-timeline.ts';
import { newerFacts } from './resolve-surface.ts';
import { importedCaptures, updatedFacts, userDataFolder, userFiles } from './user-data.ts';

/** Facts about builds that are in effect, or that newer ones replace. */
export interface FactSource {
  /** Of the package, of `surface update`, or a capture of `surface import`. */
  kind: 'package' | 'update' | 'capture';
  /** The newest build of which they tell something, and when it was served. */
  build: string;
  date: string;
  /** Whole days since then. */
  ageDays: number;
  state: 'in effect' | 'replaced by newer facts' | 'older than those of the package';
  file: string;
}

/**
 * Where the facts about Comet builds are from, those of the package first.
 *
 * @param now milliseconds since 1970
 * @throws InputError for a file of the user that has none
 */
export function factSources(now = Date.now()): FactSource[] {
  const own = keptTimeline('comet').data;
  const folder = userDataFolder();
  const newer = newerFacts();
  const updated = folder === null ? null : updatedFacts();
  const source = (kind: FactSource['kind'], build: string, date: string, state: FactSource['state'], file: string) => ({
    ...{ kind, build, date, ageDays: Math.max(0, Math.floor((now - Date.parse(date)) / dayMs)), state, file },
  });
  const inEffect = (is: boolean, otherwise: FactSource['state']) => (is ? 'in effect' : otherwise);
  return [
    source('package', own.facts.known.to, dateOf(own), inEffect(newer === null, 'replaced by newer facts'), own.file),
    ...(updated === null
      ? []
      : [
          source(
            'update',
            updated.facts.known.to,
            dateOf(updated),
            inEffect(newer !== null, 'older than those of the package'),
            userFiles.facts(folder as string),
          ),
        ]),
    ...importedCaptures().map(({ capture: { names }, file }) =>
      source('capture', names.build, names.date, 'in effect', file),
    ),
  ];
}

const dayMs = 24 * 60 * 60 * 1000;

function dateOf({ facts: { known, changes } }: Pick<ExportedFacts, 'facts'>): string {
  return known.date ?? (changes.at(-1)?.date as string);
}
