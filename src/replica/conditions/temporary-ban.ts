import { condition } from './condition.ts';

export const temporaryBan = condition({
  name: 'temporary-ban',
  what: 'The account is banned for a time: the server refuses each login and says for how long, and the device stays linked.',
  sources: ['tulir/whatsmeow: ConnectFailureReason 402 with code and expire', 'module WAWebHandleFailure of 2026'],
  confidence: 'reported',
  options: { hours: 24 },
  server: ({ hours }) => ({ bannedForMs: hours * 3_600_000 }),
});
