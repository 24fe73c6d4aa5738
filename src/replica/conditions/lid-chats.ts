import { condition } from './condition.ts';

export const lidChats = condition({
  name: 'lid-chats',
  what: 'Chats with one person are addressed by lid, as those of accounts that WhatsApp has migrated.',
  sources: ['wwebjs#3811', 'wwebjs#3834', 'message.go:181-183 of tulir/whatsmeow@33cfac51', 'rmyndharis/OpenWA#156'],
  confidence: 'reported',
  options: {},
  page: () => ({ chatsByLid: true }),
  server: () => ({ chatsByLid: true }),
});
