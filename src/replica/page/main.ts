import { startBeingBusy } from './circumstances/busy.ts';
import { startNavigations } from './circumstances/navigations.ts';
import { finishPreviousLogout } from './circumstances/previous-logout.ts';
import { watchForReloads } from './circumstances/reloads.ts';
import { watchForRepeatedSync } from './circumstances/repeated-sync.ts';
import { Screens } from './dom/screens.ts';
import { Lifecycle } from './link/lifecycle.ts';
import { installModules, type Register } from './loader/install-modules.ts';
import { implementations } from './modules/implementations.ts';
import { type Boot, createPage, type Page } from './page.ts';

const waiting = document.getElementById('boot');
const boot = JSON.parse(waiting?.textContent ?? '') as Boot;
waiting?.remove();
const page = createPage(boot);
void finishPreviousLogout(page).then((leaving) => {
  if (!leaving) start(page);
});

/** Modules of tier 1, `Debug.VERSION`, then the connection. */
function start(page: Page): void {
  let register: Register = () => {};
  const lifecycle = new Lifecycle(page, (tier) => register(tier));
  register = installModules({
    surface: page.surface,
    implementations: implementations(page, lifecycle),
    report: page.report,
    throwing: () => page.circumstances.unknownModuleThrows ?? false,
    late: lateModules(page),
  });
  register(1);
  if (page.surface.behaviours.cmdEvents === 'plain') {
    page.cmd.refreshQR = () => lifecycle.refresh();
    page.cmd.logout = (reason) => page.socket.logout(reason);
  }
  new Screens(page, () => lifecycle.refresh());
  watchForReloads(page);
  watchForRepeatedSync(page);
  if (page.circumstances.versionAfterSync && page.profile.isRegistered()) {
    page.socket.once('change:hasSynced', () => setVersion(page));
  } else setVersion(page);
  startBeingBusy(page);
  startNavigations(page);
  void lifecycle.open();
}

/** What code outside takes as the sign that the page can be used. */
function setVersion(page: Page): void {
  Object.assign(window, { Debug: { VERSION: page.surface.build } });
}

function lateModules(page: Page): () => ReadonlySet<string> {
  const restored = page.profile.isRegistered();
  return () => {
    const { lateModules: late } = page.circumstances;
    return new Set(late && (restored || !late.onRestoreOnly) ? late.names : []);
  };
}
