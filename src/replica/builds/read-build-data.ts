import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  type Archive,
  archiveSchema,
  type BuildChange,
  type BuildFile,
  buildDatesSchema,
  buildFileSchema,
  readChangesSchema,
} from '../../contracts/build-data.ts';
import { compareBuilds, parseBuild } from '../../contracts/build-number.ts';
import { packageRoot } from '../../contracts/home.ts';
import { InputError } from '../../contracts/input-error.ts';
import type { Face } from '../../contracts/surface.ts';
import { parseYamlFile } from '../../contracts/yaml-file.ts';

export const buildDataFolder = join(packageRoot, 'compat-matrix', 'builds');

/** A build file together with the archives that its changes name, by file name. */
export interface BuildData {
  /** For messages. */
  file: string;
  facts: BuildFile;
  archives: ReadonlyMap<string, Archive>;
}

/**
 * Reads `<face>.yaml` and the archives that it names. A test checks the archives of the package, so they are checked here only when they
 * are in another folder.
 *
 * @throws InputError naming file, line, column and key of the mistake.
 */
export function readBuildData(face: Face, folder = buildDataFolder): BuildData {
  const file = join(folder, `${face}.yaml`);
  const facts = readBuildFile(file);
  return { file, facts, archives: readArchives(facts, folder) };
}

/** @throws InputError naming the file and the key. */
export function readArchives({ changes }: BuildFile, folder: string): BuildData['archives'] {
  const read = folder === buildDataFolder ? readPackagedArchive : readArchive;
  const names = new Set(changes.flatMap(({ archive }) => archive ?? []));
  return new Map([...names].map((name) => [name, read(join(folder, 'archives', name))]));
}

/**
 * The facts of a face: those of the YAML file, and what was read between archives, in the file beside it.
 *
 * @throws InputError naming file, line, column and key of the mistake.
 */
function readBuildFile(file: string): BuildFile {
  const facts = parseYamlFile(file, buildFileSchema);
  const read = file.replace(/\.yaml$/, '.read.json');
  if (!existsSync(read)) return facts;
  const { changes } = readJson(read, readChangesSchema);
  const order = (a: BuildChange, b: BuildChange) => compareBuilds(parseBuild(a.since), parseBuild(b.since));
  return { ...facts, changes: [...facts.changes, ...changes].sort(order) };
}

/** The file with the shapes of an archive, in the same folder. */
export function shapesFile(archive: string): string {
  return archive.replace(/\.json$/, '.shapes.json');
}

function readPackagedArchive(file: string): Archive {
  return readJsonFile(file) as Archive;
}

/** @throws InputError naming the file and the key. */
export function readArchive(file: string): Archive {
  return readJson(file, archiveSchema);
}

/**
 * The first build of each day that a public page is kept of, with its date, from old to new.
 *
 * @throws InputError naming the file and the key.
 */
export function readBuildDates(folder = buildDataFolder): { build: string; date: string }[] {
  const { comet } = readJson(join(folder, 'dates.json'), buildDatesSchema);
  return Object.entries(comet).map(([revision, date]) => ({ build: `2.3000.${revision}`, date }));
}

/** The modules that archives cover: those that a library touches. */
export function touchedModules(folder = buildDataFolder): string[] {
  return (readJsonFile(join(folder, 'touched-modules.json')) as { modules: string[] }).modules;
}

function readJson<Content>(file: string, schema: z.ZodType<Content>): Content {
  const result = schema.safeParse(readJsonFile(file));
  if (result.success) return result.data;
  throw new InputError(result.error.issues.map((issue) => `${file}: ${describe(issue)}`).join('\n'));
}

/** @throws InputError naming the file that is not there or is no JSON. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
