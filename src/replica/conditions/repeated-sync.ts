import { condition } from './condition.ts';

export const repeatedSync = condition({
  name: 'repeated-sync',
  what: '`hasSynced` changes again after the first sync.',
  sources: [
    'wwebjs#201821',
    'rmyndharis/OpenWA wwebjs-lifecycle.ts (a second run finds WWebJS defined and emits ready while the first still attaches)',
  ],
  confidence: 'reported',
  options: { seconds: 0.03 },
  lastsSeconds: ({ seconds }) => seconds + 0.5,
  page: ({ seconds }) => ({ repeatedSyncMs: seconds * 1000 }),
});
