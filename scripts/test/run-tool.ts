import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/contracts/home.ts';

/** Runs a program of `node_modules/.bin` in the project with our terminal; resolves to its exit code. */
export async function runTool(name: string, args: readonly string[]): Promise<number> {
  const child = spawn(join(packageRoot, 'node_modules', '.bin', name), args, { cwd: packageRoot, stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal as NodeJS.Signals];
}
