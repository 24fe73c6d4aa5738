import { condition } from './condition.ts';

export const accountLocked = condition({
  name: 'account-locked',
  what: 'The server refuses each login, since the account is locked: the page logs out and names that reason in its address.',
  sources: ['WAWebHandleFailure (403), WAWebLogoutReason and WAWebReloadAfterLogout of 2026'],
  confidence: 'read',
  options: {},
  server: () => ({ accountLocked: true }),
});
