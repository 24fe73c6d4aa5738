import { condition } from './condition.ts';

export const outOfOrder = condition({
  name: 'out-of-order',
  what: 'Messages that come within a short time reach a page latest first.',
  sources: ['davidgfnet/whatsapp-purple#359', 'hoehermann/purple-gowhatsapp#51'],
  confidence: 'reported',
  options: { seconds: 0.3 },
  server: ({ seconds }) => ({ reordersWithinMs: seconds * 1000 }),
});
