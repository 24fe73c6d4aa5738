import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, inject } from 'vitest';
import { endFile } from './at-file-end.ts';
import { folderName } from './folder-name.ts';

/** Gives each test file a temporary directory of its own, for this process and for all that it starts. */
const suiteFolder = inject('suiteFolder');
const folder = join(suiteFolder, folderName(expect.getState().testPath ?? ''));
mkdirSync(folder, { recursive: true });
process.env.TMPDIR = folder;
process.env.NODE_COMPILE_CACHE = join(suiteFolder, 'node-compile-cache');

/** On a busy machine a file takes long to end with all its databases and processes, in milliseconds. */
const endMs = 60_000;

afterAll(async () => {
  await endFile();
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}, endMs);
