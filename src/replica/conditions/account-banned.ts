import { condition } from './condition.ts';

export const accountBanned = condition({
  name: 'account-banned',
  what: 'The account is banned: its phone links no device, and the server logs linked devices out.',
  sources: ['tulir/whatsmeow: ConnectFailureReason 406, which the code of the page calls BANNED'],
  confidence: 'reported',
  options: { afterSeconds: 1 },
  lastsSeconds: ({ afterSeconds }) => afterSeconds + 1,
  server: ({ afterSeconds }) => ({ refusesLink: 'account-banned', bannedAfterMs: afterSeconds * 1000 }),
});
