/** Why a run has to end early, and the signal that says so. */
export interface StopSignal extends Disposable {
  signal: AbortSignal;
  /** Uncaught errors: each is a bug, and ends the run gracefully so that its records are kept. */
  bugs: unknown[];
}

/**
 * Aborts at the first Ctrl-C (or SIGTERM) and at an uncaught error, so that a run can end gracefully; the second Ctrl-C
 * ends the process at once. Disposing restores the default handling.
 */
export function stopSignal(say: (text: string) => void): StopSignal {
  const controller = new AbortController();
  const bugs: unknown[] = [];
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      release();
      process.kill(process.pid, name);
      return;
    }
    say(`${name}: ending what is running, then reporting what is finished; once more to end at once\n`);
    controller.abort();
  };
  const fail = (error: unknown) => {
    bugs.push(error);
    controller.abort();
  };
  const release = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('uncaughtException', fail).off('unhandledRejection', fail);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('uncaughtException', fail).on('unhandledRejection', fail);
  return { signal: controller.signal, bugs, [Symbol.dispose]: release };
}

/** Settles at Ctrl-C or SIGTERM. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}
