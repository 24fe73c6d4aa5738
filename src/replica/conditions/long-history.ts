import { condition } from './condition.ts';

export const longHistory = condition({
  name: 'long-history',
  what: 'The history of a device that was just linked comes in parts, for minutes after it is ready.',
  sources: ['wwebjs#2197'],
  confidence: 'reported',
  options: { seconds: 180 },
  lastsSeconds: ({ seconds }) => seconds,
  server: ({ seconds }, timeScale) => ({ historyMs: seconds * 1000 * timeScale }),
});
