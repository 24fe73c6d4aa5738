import { workerPath } from '../../contracts/boot.ts';
import type { ModuleExports } from './loader/build-exports.ts';
import type { CometLoader } from './loader/comet-loader.ts';
import type { Page } from './shared/page.ts';

/** Starts what the active conditions make the page do by itself, now or at a later change of its connection. */
export function startCircumstances(page: Page): void {
  reloadByItself(page);
  repeatSync(page);
  keepBusy(page);
  navigateInPlace(page);
  removeUnlessClosed(page);
  blockAfterSync(page);
  void keepWorker(page);
}

/** Keeps the end of a restriction where the page's own code reads it, and notifies its chats. */
export function lockReachingOut({ circumstances, cmd }: Page): void {
  const { timelockMs } = circumstances;
  if (timelockMs === undefined) return;
  const lock = { state: 'VISIBLE', time_enforcement_ends: Date.now() + timelockMs, enforcement_type: 'DEFAULT' };
  runOwn('WAWebUserPrefsIndexedDBStorage', {
    userPrefsIdb: { get: (key: string) => (key === 'WAReachoutTimelockState' ? lock : undefined) },
  });
  cmd.trigger('reachout_timelock_state_change');
}

/** The page's own code has run these before it connects: its event bus, and what the screen that links a device listens to. */
export function runOwnModules(): void {
  for (const name of ['WAWebCmd', 'WAWebLinkDeviceEvents']) runOwn(name);
}

/** Runs a module as code of the page does; one that archives do not list is defined first. Webpack pages show no module that ran. */
function runOwn(name: string, exports?: ModuleExports): void {
  const { __d: define, require } = window as Partial<CometGlobals>;
  if (!define || !require) return;
  if (exports) define(name, [], (...[, , , , , module]) => Object.assign(module, { exports }));
  const { modulesMap } = require('__debug') as { modulesMap: Record<string, unknown> };
  if (modulesMap[name]) require(name);
}

interface CometGlobals {
  __d: CometLoader['define'];
  require(id: string): unknown;
}

/**
 * Registers the service worker, or updates the one that the page came with. One that took over is at work from the next load on, which the
 * page's updater may force. [modules WAWebAppSwInitializer, WAWebSwUpdater and WAWebUpdater of 2026]
 */
async function keepWorker({ surface, circumstances }: Page): Promise<void> {
  const { serviceWorker: workers } = navigator;
  const wanted = circumstances.serviceWorker;
  if (wanted === undefined) return;
  if (workers.controller === null) {
    await workers.register(workerPath(surface.face), { scope: '/', updateViaCache: 'all' }).catch(() => {});
    return;
  }
  if (wanted === 'refreshes') workers.addEventListener('controllerchange', () => location.reload());
  await (await workers.ready).update().catch(() => {});
}

/** Blocks the main thread for a share of the time. */
function keepBusy(page: Page): void {
  const { busy } = page.circumstances;
  if (!busy) return;
  setInterval(() => {
    const until = performance.now() + busy.busyMs;
    while (performance.now() < until);
  }, busy.everyMs);
}

/** Navigates within the document: each time a history entry and an iframe. */
function navigateInPlace(page: Page): void {
  const { navigations } = page.circumstances;
  if (!navigations) return;
  let left = navigations.count;
  const timer = setInterval(() => {
    if (left-- <= 0) {
      clearInterval(timer);
      return;
    }
    history.replaceState(null, '', location.href);
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.src = 'about:blank#again';
    document.body.append(frame);
    setTimeout(() => frame.remove(), navigations.everyMs / 2);
  }, navigations.everyMs);
}

/** Reloads the page while it is unpaired, and once after a link. */
function reloadByItself(page: Page): void {
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

/** Has the phone remove a device that it just linked and whose dialog is still open. */
function removeUnlessClosed(page: Page): void {
  const isNew = !page.profile.isRegistered();
  page.socket.once('change:hasSynced', () => {
    const { removedUnlessClosedMs } = page.circumstances;
    if (!isNew || removedUnlessClosedMs === undefined) return;
    setTimeout(() => {
      if (document.querySelector('[role=dialog]')) page.link.send({ type: 'dialog-left-open' });
    }, removedUnlessClosedMs);
  });
}

/** Sets the state of a page whose person has to accept the terms. */
function blockAfterSync(page: Page): void {
  page.socket.once('change:hasSynced', () => {
    const { blockedAfterMs } = page.circumstances;
    if (blockedAfterMs === undefined) return;
    setTimeout(() => {
      page.socket.state = 'TOS_BLOCK';
    }, blockedAfterMs);
  });
}

/** Unsets `hasSynced` after the first sync and sets it again, once. */
function repeatSync(page: Page): void {
  page.socket.once('change:hasSynced', () => {
    const { repeatedSyncMs } = page.circumstances;
    if (repeatedSyncMs === undefined) return;
    setTimeout(() => {
      page.socket.hasSynced = undefined;
      page.socket.hasSynced = true;
    }, repeatedSyncMs);
  });
}
