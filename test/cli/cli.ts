import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface CliResult {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the real command line in a process of its own, with an empty home unless one is given, and as a person: live accounts are refused
 * where `CI` is set.
 *
 * @param cwd the working folder; that of the project when left out.
 * @param more is added to the environment.
 * @throws Error when it had to be ended by `process.exit()`: something was left open, and such an end can hang (nodejs/node#54918).
 */
export function cli(
  args: readonly string[],
  home = temporaryFolder(),
  cwd = packageRoot,
  more: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const { CI: _, ...own } = process.env;
  const env = { ...own, WWEBJS_CANARY_HOME: home, NODE_OPTIONS: '--trace-exit', ...more };
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [join(packageRoot, 'src', 'cli', 'main.ts'), ...args],
      { env, cwd },
      (_error, stdout, stderr) => {
        if (stderr.includes('WARNING: Exited the environment')) reject(new Error(`did not end by itself: ${stderr}`));
        else resolve({ exit: child.exitCode, stdout, stderr });
      },
    );
  });
}
