import { condition } from './condition.ts';

export const qrReload = condition({
  name: 'qr-reload',
  what: 'The page reloads itself again and again while it shows a QR code.',
  sources: ['wwebjs#201653 (navigations while the QR code is shown)'],
  confidence: 'assumed',
  options: { seconds: 20 },
  page: ({ seconds }, timeScale) => ({ reloadWhileUnpairedMs: seconds * 1000 * timeScale }),
});
