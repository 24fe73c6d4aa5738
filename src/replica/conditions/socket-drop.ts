import { condition } from './condition.ts';

export const socketDrop = condition({
  name: 'socket-drop',
  what: 'The connection of a linked device ends, and for some seconds there is none.',
  sources: ['WAWebSocketModel of 2.3000.1038162681: CONNECTED, OPENING, PAIRING, CONNECTED; hasSynced stays'],
  confidence: 'read',
  options: { afterSeconds: 1, seconds: 3 },
  lastsSeconds: ({ afterSeconds, seconds }) => afterSeconds + seconds + 1.5,
  server: ({ afterSeconds, seconds }) => ({ drop: { afterMs: afterSeconds * 1000, forMs: seconds * 1000 } }),
});
