import { condition } from './condition.ts';

export const offlinePeers = condition({
  name: 'offline-peers',
  what: 'No other phone is reachable: messages stay sent until the condition is off.',
  sources: ['one check mark at the author, as all clients of WhatsApp show it'],
  confidence: 'assumed',
  options: {},
  server: () => ({ peersOffline: true }),
});
