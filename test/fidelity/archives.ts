import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Archive, type ArchivedShapes, archivedShapesSchema } from '../../src/contracts/build-data.ts';
import { buildDataFolder, readArchive, shapesFile } from '../../src/replica/builds/read-build-data.ts';

const folder = join(buildDataFolder, 'archives');

/** Every archived real build, oldest first. */
export const archives = readdirSync(folder)
  .filter((file) => /^\d+\.json$/.test(file))
  .sort()
  .map((file) => readArchive(join(folder, file)));

/** The shapes beside an archive, checked. */
export function archivedShapes({ build }: Archive): ArchivedShapes {
  const file = join(folder, shapesFile(`${build.split('.')[2]}.json`));
  return archivedShapesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
