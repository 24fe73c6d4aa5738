import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  type Archive,
  archiveSchema,
  type BuildFile,
  buildDatesSchema,
  buildFileSchema,
} from '../../contracts/build-data.ts';
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
 * Reads `<face>.yaml` and the archives that it names.
 *
 * @throws InputError naming file, line, column and key of the mistake.
 */
export function readBuildData(face: Face, folder = buildDataFolder): BuildData {
  const file = join(folder, `${face}.yaml`);
  const facts = parseYamlFile(file, buildFileSchema);
  const names = new Set(facts.changes.flatMap(({ archive }) => archive ?? []));
  return {
    file,
    facts,
    archives: new Map([...names].map((name) => [name, readArchive(join(folder, 'archives', name))])),
  };
}

/** The file with the shapes of an archive, in the same folder. */
export function shapesFile(archive: string): string {
  return archive.replace(/\.json$/, '.shapes.json');
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

function readJson<Content>(file: string, schema: z.ZodType<Content>): Content {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.map((issue) => `${file}: ${describe(issue)}`).join('\n'));
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
