import type { Refused } from './api.ts';

/** Time between two refreshes, in milliseconds. */
const lookEveryMs = 3_000;

/** Refreshes with `look` as long as the view is shown and the page is visible. */
export type KeepTrue = (look: (signal: AbortSignal) => Promise<void>) => void;

/**
 * Refreshes at once and then every few seconds until `signal` is aborted. The page must not claim to be live when a refresh
 * fails, so every result is reported: null after a successful refresh.
 */
export async function keepTrue(
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<void>,
  tell: (trouble: Refused | null) => void,
): Promise<void> {
  for (;;) {
    const trouble = await look(signal).then(
      () => null,
      (error) => error,
    );
    if (!signal.aborted) tell(trouble);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    if (signal.aborted) return;
    if (document.hidden)
      await new Promise((seen) => addEventListener('visibilitychange', seen, { once: true, signal }));
  }
}
