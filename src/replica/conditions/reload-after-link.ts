import { condition } from './condition.ts';

export const reloadAfterLink = condition({
  name: 'reload-after-link',
  what: 'The page reloads itself once after a phone linked it.',
  sources: ['wwebjs#3792'],
  confidence: 'reported',
  options: { seconds: 1 },
  lastsSeconds: ({ seconds }) => seconds + 3,
  page: ({ seconds }) => ({ reloadAfterLinkMs: seconds * 1000 }),
});
