import type { Implementations } from '../loader/build-exports.ts';
import type { Page } from '../shared/page.ts';

function orThrow<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is not known: not linked`);
  return value;
}

/** Whose account this is. */
export function accountModules(page: Page): Implementations {
  const pn = () => page.me?.pn;
  const lid = () => page.me?.lid;
  const pnOrThrow = () => orThrow(pn(), 'own phone number');
  const Lid1X1MigrationUtils = {
    isLidMigrated: () => Boolean(page.circumstances.chatsNeedLid || page.circumstances.chatsByLid),
  };
  // As code in the page has it: libraries replace it.
  page.chats.isByLid = () => Boolean(page.circumstances.chatsByLid && Lid1X1MigrationUtils.isLidMigrated());
  const lidOrThrow = () => orThrow(lid(), 'own lid');
  return {
    WAWebUserPrefsMeUser: {
      getMe: pnOrThrow,
      getMeUser: pnOrThrow,
      getMaybeMeUser: pn,
      getMaybeMePnUser: pn,
      getMaybeMeLidUser: lid,
      getMePnUserOrThrow_DO_NOT_USE: pnOrThrow,
      getMePnUserOrThrow: pnOrThrow,
      getMeLidUserOrThrow: lidOrThrow,
      getMaybeMeDevicePn: pn,
      getMaybeMeDeviceLid: lid,
      getMaybeMeDisplayName: () => page.conn.pushname,
      getMeDisplayNameOrThrow: () => orThrow(page.conn.pushname, 'own name'),
      isMeAccount: (wid: unknown) => Boolean(pn()?.equals(wid) || lid()?.equals(wid)),
      isMePrimary: (wid: unknown) => Boolean(pn()?.equals(wid) || lid()?.equals(wid)),
    },
    WAWebUserPrefsGeneral: {
      getPushname: () => page.conn.pushname,
      ...preference('AutoDownloadPhotos', true),
      ...preference('AutoDownloadAudio', true),
      ...preference('AutoDownloadVideos', false),
      ...preference('AutoDownloadDocuments', false),
    },
    WAWebUserPrefsNotifications: preference('GlobalOfflineNotifications', false),
    WAWebL10N: {
      default: {
        getRegion: () => 'US',
        getLocale: () => navigator.language,
        getFullLocale: () => navigator.language.replace('-', '_'),
      },
    },
    WAWebMiscBrowserUtils: {
      default: { info: () => browserInfo() },
      info: () => browserInfo(),
    },
    WAWebBizGatingUtils: { smbNotesV1Enabled: () => page.conn.isSMB },
    WAWebSyncGatingUtils: { isPlaceholderMessageResendEnabled: () => false },
    WAWebLid1X1MigrationGating: { Lid1X1MigrationUtils },
  };
}

function browserInfo(): Record<string, string> {
  return { os: 'Mac OS', name: 'Chrome', version: /Chrome\/([\d.]+)/.exec(navigator.userAgent)?.[1] ?? '' };
}

/** A preference of this browser profile, which stays in it: `get` and `set` with its name. */
function preference(name: string, usual: boolean): Implementations[string] {
  const key = `WA${name}`;
  return {
    [`get${name}`]: () => JSON.parse(localStorage.getItem(key) ?? String(usual)),
    [`set${name}`]: async (value: boolean) => localStorage.setItem(key, JSON.stringify(value)),
  };
}
