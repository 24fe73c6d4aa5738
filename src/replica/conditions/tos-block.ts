import { condition } from './condition.ts';

/** Pages of 2026 have the state and a screen for it, and no code that sets it: what makes the server do so is not known. */
export const tosBlock = condition({
  name: 'tos-block',
  what: 'The account is blocked until its person has accepted the terms on the phone: the state of the page becomes TOS_BLOCK after each sync.',
  sources: ['WAWebSocketConstants and WAWebStreamModel of 2026', 'wwebjs: WAState'],
  confidence: 'assumed',
  options: { afterSeconds: 1 },
  lastsSeconds: ({ afterSeconds }) => afterSeconds + 1,
  page: ({ afterSeconds }) => ({ blockedAfterMs: afterSeconds * 1000 }),
});
