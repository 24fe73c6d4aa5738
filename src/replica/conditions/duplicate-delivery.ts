import { condition } from './condition.ts';

export const duplicateDelivery = condition({
  name: 'duplicate-delivery',
  what: 'The server delivers each message twice, as it does with one whose receipt was lost.',
  sources: ['wwebjs#14458'],
  confidence: 'inferred',
  options: {},
  server: () => ({ deliversTwice: true }),
});
