import { condition } from './condition.ts';

export const sameDocumentNavigation = condition({
  name: 'same-document-navigation',
  what: 'After it has loaded the page writes history entries and loads iframes.',
  sources: ['wwebjs#201653', 'WAWebHandlePreviousLogout of 2.3000.1038162681 calls history.replaceState'],
  confidence: 'reported',
  options: { count: 3, everySeconds: 1 },
  lastsSeconds: ({ count, everySeconds }) => count * everySeconds + 1,
  page: ({ count, everySeconds }) => ({ navigations: { count, everyMs: everySeconds * 1000 } }),
});
