import type { Page } from '../page.ts';

/** Reloads of the page by itself, while unpaired and once after a link. */
export function watchForReloads(page: Page): void {
  let showedQr = false;
  page.socket.on('change:state', (_socket, state) => {
    const { reloadWhileUnpairedMs } = page.circumstances;
    if (state !== 'UNPAIRED') return;
    if (reloadWhileUnpairedMs !== undefined && !showedQr) {
      setTimeout(() => {
        if (page.socket.state === 'UNPAIRED') location.reload();
      }, reloadWhileUnpairedMs);
    }
    showedQr = true;
  });
  page.socket.on('change:hasSynced', (_socket, synced) => {
    const { reloadAfterLinkMs } = page.circumstances;
    if (synced && showedQr && reloadAfterLinkMs !== undefined) setTimeout(() => location.reload(), reloadAfterLinkMs);
  });
}
