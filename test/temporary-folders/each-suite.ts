import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestProject } from 'vitest/node';
import { folderName } from './folder-name.ts';

declare module 'vitest' {
  interface ProvidedContext {
    suiteFolder: string;
  }
}

/**
 * Makes the directory in which each test file has its temporary directory, and removes it after the last file.
 * @throws Error at the end that names the test files that left something behind, and what.
 */
export function setup(project: TestProject): () => void {
  const suiteFolder = mkdtempSync(join(tmpdir(), 'wwt-'));
  project.provide('suiteFolder', suiteFolder);
  return () => {
    const left = project.vitest.state
      .getFilepaths()
      .map((file) => ({ file, entries: entriesOf(join(suiteFolder, folderName(file))) }))
      .filter(({ entries }) => entries.length > 0)
      .map(({ file, entries }) => `${relative(project.config.root, file)}: ${entries.join(', ')}`);
    rmSync(suiteFolder, { recursive: true, force: true, maxRetries: 5 });
    if (left.length > 0) throw new Error(`Tests left files in the temporary directory:\n  ${left.join('\n  ')}`);
  };
}

function entriesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  // Of a folder the files in it say who left it; the first ones are enough.
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    const files = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map(String) : [];
    return files.length > 0 ? `${name} (${files.slice(0, 5).join(', ')})` : name;
  });
}
