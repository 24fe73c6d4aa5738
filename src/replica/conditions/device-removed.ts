import { condition } from './condition.ts';

export const deviceRemoved = condition({
  name: 'device-removed',
  what: 'The device is removed from the account while it is online, by the phone or by WhatsApp, and logged out.',
  sources: ['connectionevents.go:40 of tulir/whatsmeow@33cfac51', 'wwebjs#3811'],
  confidence: 'reported',
  options: { afterSeconds: 1 },
  lastsSeconds: ({ afterSeconds }) => afterSeconds + 1,
  server: ({ afterSeconds }) => ({ removedAfterMs: afterSeconds * 1000 }),
});
