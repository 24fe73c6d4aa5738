import { condition } from './condition.ts';

export const lateAck = condition({
  name: 'late-ack',
  what: 'The server acknowledges what a page sends only after a while.',
  sources: ['mukulhase/WebWhatsapp-Wrapper#1135'],
  confidence: 'reported',
  options: { seconds: 5 },
  server: ({ seconds }) => ({ ackAfterMs: seconds * 1000 }),
});
