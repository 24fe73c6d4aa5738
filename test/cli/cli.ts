import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';
import { newFolder } from '../fixtures/recorded-run.ts';

export interface CliResult {
  exit: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the real command line in a process of its own, with an empty home unless one is given. */
export function cli(args: readonly string[], home = newFolder()): Promise<CliResult> {
  const env = { ...process.env, WWEBJS_CANARY_HOME: home };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(packageRoot, 'src', 'cli', 'main.ts'), ...args],
      { env },
      (_error, stdout, stderr) => resolve({ exit: child.exitCode, stdout, stderr }),
    );
  });
}
