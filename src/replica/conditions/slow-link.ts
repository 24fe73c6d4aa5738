import { condition } from './condition.ts';

export const slowLink = condition({
  name: 'slow-link',
  what: 'Every answer of the server takes longer, as over a mobile connection.',
  sources: ['the usual 300 to 400 ms round trip of a 3G connection'],
  confidence: 'assumed',
  options: { seconds: 0.4 },
  server: ({ seconds }) => ({ delayMs: seconds * 1000 }),
});
