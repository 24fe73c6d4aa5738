import { condition } from './condition.ts';

export const passkeyRequired = condition({
  name: 'passkey-required',
  what: 'The account has a passkey: after the scan the page has to prove that it holds it, and the link does not go on without.',
  sources: ['wwebjs#201806', 'devlikeapro/waha#2138', 'WhiskeySockets/Baileys#2672'],
  confidence: 'reported',
  options: {},
  server: () => ({ refusesLink: 'passkey-required' }),
});
