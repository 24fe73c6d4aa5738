/**
 * A process that does nothing but measure the delay of its event loop: what the machine takes from every process. Prints lines as an instance
 * does.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How much longer than that of a process that does nothing the event loop of an instance may be delayed, in milliseconds. */
export const excessMs = 20;

/**
 * The delay of the event loop of this process from its last SIGUSR2 on.
 *
 * @returns a line with the 99th percentile in milliseconds.
 */
export function measureLoopDelay(): () => { event: 'loop-delay'; p99Ms: number } {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  process.on('SIGUSR2', () => delay.reset());
  return () => ({ event: 'loop-delay', p99Ms: Math.round(delay.percentile(99) / 1e5) / 10 });
}

if (import.meta.main) {
  const delay = measureLoopDelay();
  const stay = setInterval(() => {}, 1_000);
  process.once('SIGTERM', () => {
    console.log(JSON.stringify({ ...delay(), at: Date.now() }));
    clearInterval(stay);
  });
}
