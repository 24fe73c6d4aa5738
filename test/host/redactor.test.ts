import { expect, test } from 'vitest';
import { Redactor } from '../../src/host/redactor.ts';

const qr = '2@reference-of-the-pairing,noise-key-in-base64=,identity-key-in-base64=,adv-secret-in-base64=,1';

test('no key of a QR text is left anywhere in nested data', () => {
  const redactor = new Redactor();
  redactor.learn(qr);
  const clean = redactor.clean({ text: `got ${qr}`, list: [{ adv: 'adv-secret-in-base64=' }, 'noise-key-in-base64='] });
  expect(clean).toEqual({ text: 'got [redacted]', list: [{ adv: '[redacted]' }, '[redacted]'] });
});

test('short fields and the link around a QR text are no secrets', () => {
  const redactor = new Redactor();
  redactor.learn(`${qr},https://faq.whatsapp.com/r/ld`);
  const harmless = { at: 1, url: 'https://faq.whatsapp.com/r/ld', nothing: null };
  expect(redactor.clean(harmless)).toEqual(harmless);
});

test('a pairing code is a secret', () => {
  const redactor = new Redactor();
  redactor.learn('ABCD1234');
  expect(redactor.clean(['code ABCD1234'])).toEqual(['code [redacted]']);
});
