import { condition } from './condition.ts';

export const postLogoutBoot = condition({
  name: 'post-logout-boot',
  what: 'A logout is finished only at the next start of the page: it clears its storages, goes to ?post_logout=1 and then rewrites its address.',
  sources: ['WAWebHandlePreviousLogout of 2.3000.1038162681 and 1044822804'],
  confidence: 'read',
  options: {},
  page: () => ({ logoutEndsAtNextBoot: true }),
});
