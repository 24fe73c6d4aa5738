import type { Page } from '../page.ts';

/** After the first sync `hasSynced` is unset and set again, once. */
export function watchForRepeatedSync(page: Page): void {
  page.socket.once('change:hasSynced', () => {
    const { repeatedSyncMs } = page.circumstances;
    if (repeatedSyncMs === undefined) return;
    setTimeout(() => {
      page.socket.hasSynced = undefined;
      page.socket.hasSynced = true;
    }, repeatedSyncMs);
  });
}
