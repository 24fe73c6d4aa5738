import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Redactor } from '../../src/host/redactor.ts';

const redactor = new Redactor(true);
const number = fc.bigInt({ min: 10_000_000n, max: 999_999_999_999_999n }).map(String);

test('of a live page no id, number or address of a person is kept, in whatever text it stands', () => {
  const written = fc.tuple(number, fc.constantFrom('', '@c.us', '@lid', '@s.whatsapp.net', ':12@s.whatsapp.net'));
  const around = fc.constantFrom('', ' ', '"', '(', '[', '/', ': ', '=', '_');
  fc.assert(
    fc.property(written, around, around, ([digits, domain], before, after) => {
      const text = redactor.clean(`chat${before === '_' ? ' ' : before || ' '}${digits}${domain}${after} failed`);
      expect(text).not.toContain(digits);
    }),
  );
});

test.each([
  ['true_15550100123@c.us_3EB0AA', /15550100123/],
  ['a message to +1 (555) 010-0123', /555/],
  ['mail anna.b@example.org', /anna/],
  ['group 12025550101-1612345678@g.us', /12025550101/],
  ['group 12025550101-1612345678 is gone', /12025550101|1612345678/],
  ['?phone=%2B15550100123', /15550100123/],
  ['{"text":"\\u002b15550100123"}', /15550100123/],
  ['first line\\n15550100123', /15550100123/],
  ['GET https://pps.whatsapp.net/v/t61.24694-24/picture.jpg?oh=01_secret failed', /secret|picture/],
  ['https://media-fra3-1.cdn.whatsapp.net/o1/v/t24/f2/m231/abc', /m231/],
])('%s loses what it says of people', (text, gone) => {
  expect(redactor.clean({ nested: [text] }).nested[0]).not.toMatch(gone);
});

test.each([
  '2.3000.1044822804',
  'whatsapp-web.js 1.34.7 src/Client.js:1310',
  '2026-11-29T06:43:01.123Z',
  '20261129-064301-0a1b2c-0001',
  'https://web.whatsapp.com/static/app.js?build=2.3000.1032534684:6833:73',
  'https://static.whatsapp.net/rsrc.php/v4/yA/r/abc.js',
])('%s, which names no person, stays', (text) => {
  expect(redactor.clean(text)).toBe(text);
});

test('elsewhere only secrets are kept out', () => {
  expect(new Redactor().clean('15550100123@c.us')).toBe('15550100123@c.us');
});
