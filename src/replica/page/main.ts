import { Screens } from './dom/screens.ts';
import { Lifecycle } from './link/lifecycle.ts';
import { installModules } from './loader/install-modules.ts';
import { implementations } from './modules/implementations.ts';
import { type Boot, createPage } from './page.ts';

/** Starts the page with what the server put before it: modules of tier 1, `Debug.VERSION`, then the connection. */
function start(boot: Boot): void {
  const page = createPage(boot);
  const lifecycle: Lifecycle = new Lifecycle(page, (tier) => register(tier));
  const register = installModules({
    surface: boot.surface,
    implementations: implementations(page, lifecycle),
    report: page.report,
    throwing: () => false,
    late: () => new Set(),
  });
  register(1);
  if (boot.surface.behaviours.cmdEvents === 'plain') {
    page.cmd.refreshQR = () => lifecycle.refresh();
    page.cmd.logout = (reason) => page.socket.logout(reason);
  }
  new Screens(page, () => lifecycle.refresh());
  Object.assign(window, { Debug: { VERSION: boot.surface.build } });
  void lifecycle.open();
}

const waiting = document.getElementById('boot');
const boot = JSON.parse(waiting?.textContent ?? '') as Boot;
waiting?.remove();
start(boot);
