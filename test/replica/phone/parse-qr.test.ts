import { expect, test } from 'vitest';
import { parseQr } from '../../../src/replica/phone/parse-qr.ts';

const key = Buffer.alloc(32, 7).toString('base64');

test('the five fields come out as bytes', () => {
  const fields = parseQr(['2@ref', key, key, key, '1'].join());
  expect(fields.ref).toBe('2@ref');
  expect(fields.advSecret).toHaveLength(32);
});

test.each([
  ['no QR', 'it has 1 fields'],
  [['2@ref', key, key, key].join(), 'it has 4 fields'],
  [['undefined', key, key, key, '1'].join(), 'no ref (field 1)'],
  [['2@ref', 'AAAA', key, key, '1'].join(), 'noise key (field 2)'],
  [['2@ref', key, '!', key, '1'].join(), 'identity key (field 3)'],
  [['2@ref', key, key, '[object Promise]', '1'].join(), 'ADV secret (field 4)'],
  [['2@ref', key, key, key, 'undefined'].join(), '"undefined" is no platform (field 5)'],
])('%s is refused: %s', (text, why) => {
  expect(() => parseQr(text)).toThrow(why);
});
