import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import { migrationFiles } from '../../src/store/database/run-migrations.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** The first migration of the service that came after a version that people may run. */
export const firstMigration = '0121';

export interface OlderProgram {
  /** The migration that it is the last one without. */
  without: string;
  commit: string;
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: packageRoot, encoding: 'utf8' }).trim();

/**
 * For every migration of the service, the last commit of this repository that did not have it.
 *
 * @throws where the clone has not the history for that.
 */
export function olderPrograms(): OlderProgram[] {
  if (git('rev-parse', '--is-shallow-repository') === 'true')
    throw new Error('This test needs the history of the repository: run git fetch --unshallow.');
  const files = migrationFiles(join(packageRoot, 'sql', 'mysql')).filter((file) => file >= firstMigration);
  return files.map((file) => {
    const added = git('log', '--diff-filter=A', '--format=%H', '--', `sql/mysql/${file}`).split('\n').at(-1);
    return { without: file.replace('.sql', ''), commit: git('rev-parse', added ? `${added}^` : 'HEAD') };
  });
}

/**
 * Checks out an older program, with the dependencies of this one and the script of an instance. Returns the path of that script.
 *
 * @param script a file of this folder.
 */
export function checkOut(commit: string, script: string): string {
  const folder = temporaryFolder();
  const archive = execFileSync('git', ['archive', commit, 'src', 'sql', 'test', 'compat-matrix', 'package.json'], {
    cwd: packageRoot,
    maxBuffer: 1 << 30,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'test', 'chaos', script);
  cpSync(join(import.meta.dirname, script), path);
  return path;
}
