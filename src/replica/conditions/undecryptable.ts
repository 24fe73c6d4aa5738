import { condition } from './condition.ts';

export const undecryptable = condition({
  name: 'undecryptable',
  what: 'A page cannot decrypt the messages of others: each is a ciphertext until its sender, or the phone on request, sends it again.',
  sources: ['wwebjs#55006', 'WAWebNonMessageDataRequestHandlerPlaceholderResend'],
  confidence: 'reported',
  options: { bySender: true, byPhone: false, seconds: 1 },
  server: ({ bySender, byPhone, seconds }) => ({ undecryptable: { bySender, byPhone, afterMs: seconds * 1000 } }),
});
