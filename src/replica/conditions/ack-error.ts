import { condition } from './condition.ts';

export const ackError = condition({
  name: 'ack-error',
  what: 'The server refuses each message of a page in its ack: the ack is -1.',
  sources: ['rmyndharis/OpenWA#368', 'devlikeapro/waha#2187', 'wwebjs#201858'],
  confidence: 'reported',
  options: {},
  server: () => ({ acks: 'error' }),
});
