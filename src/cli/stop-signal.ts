/**
 * Aborts at the first Ctrl-C (or SIGTERM), so that a run can end in order; the second one ends the process at once.
 * Disposing gives the signals back.
 */
export function stopSignal(say: (line: string) => void): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      release();
      process.kill(process.pid, name);
      return;
    }
    say(`${name}: ending what is running, then reporting what is finished; once more to end at once\n`);
    controller.abort();
  };
  const release = () => void process.off('SIGINT', stop).off('SIGTERM', stop);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return { signal: controller.signal, [Symbol.dispose]: release };
}
