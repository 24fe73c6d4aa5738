/** The signal to end a run early, and the errors that caused it. */
export interface StopSignal extends Disposable {
  signal: AbortSignal;
  /** Uncaught errors: each is a bug, and ends the run gracefully so that its records are kept. */
  bugs: unknown[];
}

/**
 * One Ctrl-C may arrive several times: the terminal sends it to each process of the foreground group, and npx, npm and the launcher
 * for an older Node pass theirs on. Signals this close together are one.
 */
const samePressMs = 500;

/**
 * Aborts at the first Ctrl-C (or SIGTERM) and at an uncaught error, so that a run can end gracefully; the second Ctrl-C
 * ends the process at once. Disposing restores the default handling.
 *
 * @param words printed at the first one.
 */
export function stopSignal(
  say: (text: string) => void,
  words = 'ending what is running, then reporting what is finished; once more to end at once',
): StopSignal {
  const controller = new AbortController();
  const bugs: unknown[] = [];
  const release = onSignal((name) => {
    say(`${name}: ${words}\n`);
    controller.abort();
  });
  const fail = (error: unknown) => {
    bugs.push(error);
    controller.abort();
  };
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  const dispose = () => {
    release();
    process.off('uncaughtException', fail).off('unhandledRejection', fail);
  };
  return { signal: controller.signal, bugs, [Symbol.dispose]: dispose };
}

/**
 * Resolves at Ctrl-C or SIGTERM; the second one ends the process at once. To be called before the line that says that a command listens:
 * what reads that line may send a signal at once.
 */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    onSignal(() => resolve());
  });
}

/** Calls `stop` at the first signal; a later one ends the process as by default. Returns what restores the default handling. */
function onSignal(stop: (name: NodeJS.Signals) => void): () => void {
  let stoppedAt: number | null = null;
  const hear = (name: NodeJS.Signals) => {
    if (stoppedAt === null) {
      stoppedAt = performance.now();
      stop(name);
    } else if (performance.now() - stoppedAt > samePressMs) {
      release();
      process.kill(process.pid, name);
    }
  };
  const release = () => {
    process.off('SIGINT', hear).off('SIGTERM', hear);
  };
  process.on('SIGINT', hear).on('SIGTERM', hear);
  return release;
}
