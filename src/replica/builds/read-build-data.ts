import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type Archive, archiveSchema, type BuildFile, buildFileSchema } from '../../contracts/build-data.ts';
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
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
  const result = archiveSchema.safeParse(content);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.map((issue) => `${file}: ${describe(issue)}`).join('\n'));
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
