import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildDataFolder, readArchive } from '../../src/replica/builds/read-build-data.ts';

const folder = join(buildDataFolder, 'archives');

/** Every archived real build, oldest first. */
export const archives = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => readArchive(join(folder, file)));
