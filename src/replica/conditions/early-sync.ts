import { condition } from './condition.ts';

export const earlySync = condition({
  name: 'early-sync',
  what: 'A restored page has synced before code outside has found it ready: `hasSynced` is true and will not change again.',
  sources: [
    'https://github.com/wwebjs/whatsapp-web.js/issues/5685',
    'https://github.com/wwebjs/whatsapp-web.js/issues/5758',
    'https://github.com/wwebjs/whatsapp-web.js/pull/5748',
  ],
  confidence: 'reported',
  options: {},
  page: () => ({ versionAfterSync: true }),
  server: () => ({ restoreSyncMs: 0 }),
});
