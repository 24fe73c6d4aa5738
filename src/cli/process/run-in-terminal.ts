import { exitCode } from '../../contracts/exit-code.ts';
import type { PlannedCell } from '../../contracts/run.ts';
import { type ExecutedRun, executeRun, type RunSettings } from '../../runs/execute-run.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { stopSignal } from './signals.ts';

/**
 * `executeRun` for a command: Ctrl-C or an uncaught error ends it gracefully. Finished attempts are kept and reported, and the exit
 * code is 4.
 */
export async function runInTerminal(
  plan: readonly PlannedCell[],
  settings: Omit<RunSettings, 'signal' | 'complain'>,
): Promise<ExecutedRun> {
  const stop = stopSignal(settings.terminal.progress);
  const complain = (trouble: unknown) => {
    exitCodeOf(trouble, (message) => settings.terminal.progress(`${message}\n`));
  };
  try {
    const executed = await executeRun(plan, { ...settings, signal: stop.signal, complain });
    for (const bug of stop.bugs) complain(bug);
    return stop.bugs.length > 0 ? { ...executed, exit: exitCode.trouble } : executed;
  } finally {
    stop[Symbol.dispose]();
  }
}
