import { condition } from './condition.ts';

export const companionRefresh = condition({
  name: 'companion-refresh',
  what: 'The server has the page make a new ADV secret within the life of a ref; the phone scans after that.',
  sources: ['WAWebHandleCompanionReqRefreshNotification of 2.3000.1024191873, 1038162681 and 1044822804'],
  confidence: 'read',
  options: { seconds: 0.5 },
  server: ({ seconds }) => ({ newSecretAfterMs: seconds * 1000 }),
});
