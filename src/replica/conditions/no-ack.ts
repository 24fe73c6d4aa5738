import { condition } from './condition.ts';

export const noAck = condition({
  name: 'no-ack',
  what: 'The server takes no message of a page: each stays pending, and no call that waits for the server returns.',
  sources: ['devlikeapro/waha#1721', 'devlikeapro/waha#1736'],
  confidence: 'reported',
  options: {},
  server: () => ({ acks: 'none' }),
});
