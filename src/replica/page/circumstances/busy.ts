import type { Page } from '../page.ts';

/** Keeps the main thread from everything else for a share of the time. */
export function startBeingBusy(page: Page): void {
  const { busy } = page.circumstances;
  if (!busy) return;
  setInterval(() => {
    const until = performance.now() + busy.busyMs;
    while (performance.now() < until);
  }, busy.everyMs);
}
