import { condition } from './condition.ts';

export const partialHistory = condition({
  name: 'partial-history',
  what: 'A device that was just linked gets the last messages of each chat; older ones are on the phone, which sends them on request.',
  sources: ['wwebjs#2937', 'wwebjs#2297', 'WAWebConversationLoadMoreMessagesHistorySync'],
  confidence: 'reported',
  options: { messages: 10 },
  server: ({ messages }) => ({ historyPerChat: messages }),
});
