import { type Boot, earlyModules, membersPath } from '../../contracts/boot.ts';
import type { MemberTable } from '../../contracts/shape.ts';
import { lockReachingOut, runOwnModules, startCircumstances } from './circumstances.ts';
import { Screens } from './dom/screens.ts';
import { Lifecycle } from './link/lifecycle.ts';
import { finishPreviousLogout } from './link/previous-logout.ts';
import type { Implementations } from './loader/build-exports.ts';
import { installModules, type Register } from './loader/install-modules.ts';
import { addMembers, MemberSource, watchUnknownMembers } from './loader/members.ts';
import { EventEmitter } from './model/event-emitter.ts';
import { accountModules } from './modules/account.ts';
import { channelModules } from './modules/channels.ts';
import { chatModules } from './modules/chats.ts';
import { collectionModules } from './modules/collections.ts';
import { connectionModules } from './modules/connection.ts';
import { contactModules } from './modules/contacts.ts';
import { groupModules } from './modules/groups.ts';
import { idModules } from './modules/ids.ts';
import { linkingModules } from './modules/linking.ts';
import { mediaModules } from './modules/media.ts';
import { messageActionModules } from './modules/message-actions.ts';
import { messageModules } from './modules/messages.ts';
import { phoneRequestModules } from './modules/phone-requests.ts';
import { profileModules } from './modules/profiles.ts';
import { statusModules } from './modules/statuses.ts';
import { switchModules } from './modules/switches.ts';
import { takeOverSavedPage } from './saved-page.ts';
import { createPage, type Page } from './shared/page.ts';
import { holdSocket } from './shared/page-socket.ts';

if (typeof document === 'undefined') holdSocket();
else bootPage();

function bootPage(): void {
  const embedded = document.getElementById('boot');
  if (embedded) {
    embedded.remove();
    const given = JSON.parse(embedded.textContent ?? '') as Boot;
    boot(given, new MemberSource(given.members, `${membersPath}?build=${given.surface.build}`));
  } else {
    void takeOverSavedPage().then((fetched) => fetched && boot(fetched, new MemberSource(fetched.members, null)));
  }
}

function boot(given: Boot, members: MemberSource): void {
  const page = createPage(given, members);
  void finishPreviousLogout(page).then((leaving) => {
    if (!leaving) start(page);
  });
}

/** Registers the modules of tier 1, sets `Debug.VERSION`, then opens the connection. */
function start(page: Page): void {
  let register: Register = () => {};
  const lifecycle = new Lifecycle(page, (tier) => {
    if (tier === 2) addKnownMembers(page, implemented, page.members.all(), (module) => !earlyModules.has(module));
    register(tier);
    if (tier === 2) lockReachingOut(page);
  });
  const implemented = implementations(page, lifecycle);
  register = installModules({
    surface: page.surface,
    implementations: implemented,
    members: () => page.members.all(),
    report: page.report,
    throwing: () => page.circumstances.unknownModuleThrows ?? false,
    late: lateModules(page),
    exports: page.exports,
  });
  addKnownMembers(page, implemented, page.members.early, (module) => earlyModules.has(module));
  watchUnknownMembers(EventEmitter, page.report);
  register(1);
  runOwnModules();
  if (page.surface.behaviours.cmdEvents === 'plain') {
    page.cmd.refreshQR = () => lifecycle.refresh();
    page.cmd.logout = (reason) => page.socket.logout(reason);
  }
  new Screens(page, () => lifecycle.refresh());
  if (page.circumstances.versionAfterSync && page.profile.isRegistered()) {
    page.socket.once('change:hasSynced', () => setVersion(page));
  } else setVersion(page);
  startCircumstances(page);
  void lifecycle.open();
}

/** Gives the wanted modules of what is implemented the other members that the build has, as stubs. */
function addKnownMembers(
  { report }: Page,
  implemented: Implementations,
  members: MemberTable,
  isWanted: (module: string) => boolean,
): void {
  for (const [module, exports] of Object.entries(implemented).filter(([name]) => isWanted(name))) {
    for (const [name, value] of Object.entries(exports)) {
      addMembers(value, `${module}.${name}`, members, report);
    }
  }
}

/** Sets what libraries read as the sign that the page is usable. */
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

/** Every implemented module; the surface of the build decides which of them exist. */
function implementations(page: Page, lifecycle: Lifecycle): Implementations {
  return {
    ...connectionModules(page, lifecycle),
    ...linkingModules(page, lifecycle),
    ...idModules(page),
    ...accountModules(page),
    ...contactModules(page, lifecycle),
    ...chatModules(page, lifecycle),
    ...groupModules(page, lifecycle),
    ...statusModules(page, lifecycle),
    ...channelModules(page, lifecycle),
    ...messageModules(),
    ...profileModules(page, lifecycle),
    ...messageActionModules(page, lifecycle),
    ...mediaModules(page, lifecycle),
    ...phoneRequestModules(page, lifecycle),
    ...collectionModules(page),
    ...switchModules(page),
  };
}
