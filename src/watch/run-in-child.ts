import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a child ended; `cut` when it exceeded its budget. */
export interface ChildEnd {
  exitCode: number | null;
  cut: boolean;
}

export interface ChildOptions {
  budgetMs: number;
  signal: AbortSignal;
  /** 20 seconds when left out. */
  graceMs?: number;
  /** For a command that is itself a child: what kills its group kills this child too. */
  sharesGroup?: boolean;
  /** Its environment; that of this process when left out. */
  env?: NodeJS.ProcessEnv;
}

/** Time for a run to end its browsers and write its reports, before it is killed. */
const graceMs = 20_000;

/**
 * Runs a command in a separate process, so that what hangs or leaks in a run ends with it. Its output goes to the output of
 * this process. It is shut down gracefully when its budget is over or the signal is aborted, and killed when that takes too long.
 */
export async function runInChild(
  [command, ...args]: readonly [string, ...string[]],
  { budgetMs, signal, graceMs: grace = graceMs, sharesGroup = false, env = process.env }: ChildOptions,
): Promise<ChildEnd> {
  const budget = AbortSignal.timeout(budgetMs);
  // A separate process group: Ctrl-C in a terminal reaches only this process, and the whole group can be killed.
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !sharesGroup, env });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve).once('error', reject);
  });
  const over = new AbortController();
  const end = () => {
    child.kill('SIGTERM');
    sleep(grace, undefined, { signal: over.signal }).then(
      () => (sharesGroup ? child.kill('SIGKILL') : killGroup(child.pid)),
      () => {},
    );
  };
  const either = AbortSignal.any([budget, signal]);
  either.addEventListener('abort', end, { once: true });
  if (either.aborted) end();
  try {
    return { exitCode: await ended, cut: budget.aborted && !signal.aborted };
  } finally {
    either.removeEventListener('abort', end);
    over.abort();
    if (!sharesGroup) killGroup(child.pid);
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The process group has already ended.
  }
}
