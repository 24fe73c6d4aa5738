import type { Page } from '../shared/page.ts';

/** Set by a logout that has not cleared its storages. */
const dirtyBit = 'post-logout';

/** Leaves the rest of the logout to the next start of the page. */
export function leaveLogoutToNextBoot(): void {
  localStorage.setItem(dirtyBit, '1');
  location.reload();
}

/** Finishes an interrupted logout; returns true when the page navigates away and must not start. */
export async function finishPreviousLogout(page: Page): Promise<boolean> {
  if (localStorage.getItem(dirtyBit) !== null) {
    await page.profile.wipe();
    location.assign('/?post_logout=1');
    return true;
  }
  if (page.circumstances.logoutEndsAtNextBoot && location.search.includes('post_logout')) {
    history.replaceState(null, '', '/');
  }
  return false;
}
