import { condition } from './condition.ts';

export const earlySync = condition({
  name: 'early-sync',
  what: 'A restored page has synced before code outside has found it ready: `hasSynced` is true and will not change again.',
  sources: ['wwebjs#5685', 'wwebjs#5758', 'wwebjs#5748'],
  confidence: 'reported',
  options: {},
  page: () => ({ versionAfterSync: true }),
  server: () => ({ restoreSyncMs: 0 }),
});
