import { condition } from './condition.ts';

export const lidMigration = condition({
  name: 'lid-migration',
  what: 'Chats of the account need a lid: none opens with a number whose lid the page does not know.',
  sources: ['rmyndharis/OpenWA#156', 'wwebjs#5816', 'wwebjs#3735', 'wppconnect-team/wa-js#2839'],
  confidence: 'reported',
  options: {},
  page: () => ({ chatsNeedLid: true }),
});
