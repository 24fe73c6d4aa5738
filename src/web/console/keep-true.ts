import type { Refused } from './api.ts';

/** Between two looks at what is shown, in milliseconds. */
const lookEveryMs = 3_000;

/** Has `look` asked again and again, for as long as the view is shown and the page can be seen. */
export type KeepTrue = (look: (signal: AbortSignal) => Promise<void>) => void;

/**
 * Looks at once and then every few seconds until `signal` is aborted. What is shown would go on claiming to be live when looks fail, so every result is
 * told: null after a look that went well.
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
