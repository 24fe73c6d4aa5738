import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { packageRoot } from '../../contracts/home.ts';
import { makeFolder } from '../../contracts/make-folder.ts';
import type { Face } from '../../contracts/surface.ts';
import { type BuildTimeline, buildTimeline } from './build-timeline.ts';
import { buildDataFolder, readArchives, readBuildData } from './read-build-data.ts';
import { recordOf, restoreTimeline } from './timeline-record.ts';

/**
 * The timeline of a face, out of the record that the build of the package made. A checkout makes the record when it is first needed and
 * after each change of the data or of the code, since YAML and archives take longer to read than all else of a command.
 *
 * @param places of the data, and of the records of a checkout
 * @throws InputError naming the file and the mistake in it.
 */
export function keptTimeline(face: Face, places = ownPlaces): BuildTimeline {
  if (isCompiled) return restored(face, readFileSync(join(import.meta.dirname, `${face}.json`), 'utf8'), places.data);
  const file = join(places.records, `${face}.json`);
  const content = contentHash(face, places.data);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text.startsWith(`${content}\n`)) return restored(face, text.slice(content.length + 1), places.data);
  const made = makeRecord(face, places.data);
  keep(file, `${content}\n${made}`);
  return restored(face, made, places.data);
}

/** The record of a face. */
export function makeRecord(face: Face, folder = buildDataFolder): string {
  return recordOf(buildTimeline(readBuildData(face, folder)));
}

/** The modules that make a record, from the folder `src` on. */
export const recordMakers: readonly string[] = [
  ...['apply-change', 'build-timeline', 'kept-timeline', 'read-build-data', 'switches', 'timeline-record'].map(
    inBuilds,
  ),
  inBuilds('uncertain-changes'),
  ...['build-data', 'build-number', 'home', 'input-error', 'make-folder', 'near-word', 'shape', 'surface'].map(
    inContracts,
  ),
  ...['switches', 'yaml-file'].map(inContracts),
];

const isCompiled = extname(import.meta.filename) === '.js';

const ownPlaces = { data: buildDataFolder, records: join(packageRoot, 'node_modules', '.cache', 'wwebjs-canary') };

function restored(face: Face, record: string, folder: string): BuildTimeline {
  return restoreTimeline(record, (facts) => {
    let archives: BuildTimeline['data']['archives'] | undefined;
    return {
      file: join(folder, `${face}.yaml`),
      facts,
      get archives() {
        archives ??= readArchives(facts, folder);
        return archives;
      },
    };
  });
}

/** A hash of all that a record depends on. */
function contentHash(face: Face, folder: string): string {
  const archives = readdirSync(join(folder, 'archives')).filter((name) => !name.endsWith('.shapes.json'));
  const data = [`${face}.yaml`, `${face}.read.json`, ...archives.sort().map((name) => join('archives', name))];
  const files = [
    ...data.map((name) => join(folder, name)),
    ...recordMakers.map((name) => join(packageRoot, 'src', name)),
  ].filter((file) => existsSync(file));
  const texts = files.map((file) => [Buffer.from(`\0${file}\0`), readFileSync(file)]);
  return hash('sha256', Buffer.concat(texts.flat()));
}

function keep(file: string, text: string): void {
  try {
    makeFolder(dirname(file));
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch {
    // A record that cannot be kept is made again next time.
  }
}

function inBuilds(name: string): string {
  return `replica/builds/${name}.ts`;
}

function inContracts(name: string): string {
  return `contracts/${name}.ts`;
}
