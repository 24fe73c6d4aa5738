import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Archive, ArchivedShapes, BuildChange, BuildFile } from '../../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import type { Capture } from '../../contracts/capture.ts';
import { InputError, TroubleError } from '../../contracts/input-error.ts';
import { changeOf } from './added-facts.ts';
import { buildDataFolder, readBuildData, shapesFile, touchedModules } from './read-build-data.ts';

/** Texts of the files that an archive is kept in. */
interface ArchiveTexts {
  archive: (names: Archive) => string;
  shapes: (shapes: ArchivedShapes) => string;
}

/**
 * Makes a capture data of the project: an archive of the modules that libraries touch with its shapes, and a change in comet.yaml with
 * source and bounds. A capture covers all modules of a page; an archive of them would be ten times as large as the others. All of the
 * files are written, or none.
 *
 * @returns the files that were written
 * @throws InputError where the build has an archive already, or the capture is not complete; TroubleError where a file cannot be written
 */
export function addToCheckout(capture: Capture, texts: ArchiveTexts, folder = buildDataFolder): string[] {
  const { build, complete } = capture.names;
  const name = `${build.split('.')[2]}.json`;
  const [archive, shapes] = [name, shapesFile(name)].map((each) => join(folder, 'archives', each)) as [string, string];
  const known = readBuildData('comet', folder).facts;
  // A file that no change names is left of an import that was killed.
  if (known.changes.some((each) => each.archive === name))
    throw new InputError(`${archive}: there is an archive of this build already`);
  if (!complete)
    throw new InputError(`the capture of ${build} is not complete: see its findings, and capture it again`);
  const covered = new Set(touchedModules(folder));
  const names = only(capture.names.modules, covered);
  const facts = join(folder, 'comet.yaml');
  const { unresolved = {} } = capture;
  const change = changeOf(
    { ...capture, values: valuesOfSwitches(capture, known), unresolved: only(unresolved, covered) },
    name,
  );
  const text = withChange(readFileSync(facts, 'utf8'), change);
  const namesText = texts.archive({
    ...capture.names,
    share: { modules: Object.keys(names).length, of: capture.names.share.of },
    absent: capture.names.absent.filter((each) => covered.has(each)),
    unknown: capture.names.unknown.filter((each) => covered.has(each)),
    modules: names,
  });
  const shapesText = texts.shapes({ ...capture.shapes, modules: only(capture.shapes.modules, covered) });
  replaceFiles([
    { file: archive, text: namesText, isNew: true },
    { file: shapes, text: shapesText, isNew: true },
    { file: facts, text, isNew: false },
  ]);
  return [archive, shapes, facts];
}

/** Writes all files or none: each gets its name when all are on the disk. The last one, which names the others, decides. */
function replaceFiles(files: readonly { file: string; text: string; isNew: boolean }[]): void {
  const part = (file: string) => `${file}.part`;
  const renamed: string[] = [];
  let at = '';
  try {
    for (const { file, text } of files) {
      at = file;
      writeFileSync(part(file), text);
    }
    for (const { file, isNew } of files) {
      at = file;
      renameSync(part(file), file);
      if (isNew) renamed.push(file);
    }
  } catch (error) {
    for (const file of [...renamed, ...files.map((each) => part(each.file))])
      rmSync(file, { recursive: true, force: true });
    throw new TroubleError(`${at} could not be written: ${(error as Error).message}`, { cause: error });
  }
}

function only<Value>(record: Readonly<Record<string, Value>>, names: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
}

/** A page has hundreds of values; those of switches that are known say something. */
function valuesOfSwitches({ values }: Capture, { switches = [] }: BuildFile): Record<string, string> {
  return only(values, new Set(switches.flatMap(({ key }) => key ?? [])));
}

/** The text of comet.yaml with one more change, in its place; the newest known build is at least that of the change. */
function withChange(text: string, change: BuildChange): string {
  const build = change.since;
  const entry = `${stringify([change], { lineWidth: 140 }).replace(/^/gm, '  ').trimEnd()}\n`;
  const number = parseBuild(build);
  const isLater = (other: string) => compareBuilds(parseBuild(other), number) > 0;
  const next = [...text.matchAll(/^ {2}- since: (\S+)$/gm)].find(([, since = build]) => isLater(since));
  const at = next?.index ?? text.search(/^switches:/m);
  return withNewest(`${text.slice(0, at)}${entry}${text.slice(at)}`, build, change.date);
}

/** The behaviours of a captured build are those of the newest build before. */
function withNewest(text: string, build: string, date: string): string {
  const line = /^known: .*$/m.exec(text)?.[0] ?? '';
  const { known } = parse(line) as { known: Record<string, string> };
  if (compareBuilds(parseBuild(known.to as string), parseBuild(build)) >= 0) return text;
  const next = { ...known, to: build, date, behaviours: known.behaviours ?? known.to };
  const entries = Object.entries(next).map(([key, value]) => `${key}: ${value}`);
  return text.replace(line, `known: { ${entries.join(', ')} }`);
}
