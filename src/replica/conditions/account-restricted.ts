import { condition } from './condition.ts';

export const accountRestricted = condition({
  name: 'account-restricted',
  what: 'The account is restricted: its phone links no device, while devices that are linked go on.',
  sources: ['wwebjs#3549'],
  confidence: 'reported',
  options: {},
  server: () => ({ refusesLink: 'account-restricted' }),
});
