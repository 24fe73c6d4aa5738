import { condition } from './condition.ts';

export const conflict = condition({
  name: 'conflict',
  what: 'WhatsApp Web is opened in another tab of the same profile and takes the connection.',
  sources: ['SOCKET_STATE.CONFLICT and Socket.takeover of 2.3000.1038162681'],
  confidence: 'read',
  options: { afterSeconds: 1 },
  lastsSeconds: ({ afterSeconds }) => afterSeconds + 1,
  server: ({ afterSeconds }) => ({ replacedAfterMs: afterSeconds * 1000 }),
});
